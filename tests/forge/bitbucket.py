"""Bitbucket Cloud, by what its documentation says of its API."""

from state import Refused

MOMENT = "2026-01-01T00:00:00.000000+00:00"


def account(name):
    return {"type": "user", "uuid": f"{{{name}}}", "display_name": name, "links": {}}


class Bitbucket:
    PREFIX = "/2.0"

    def __init__(self, description):
        self.description, self.me = description, "gitinfra-user"

    def allowed(self, state, headers, path):
        # `ada@example.com:hush-token` in base64.
        if headers.get("authorization") not in ("Bearer hush-token", "Basic YWRhQGV4YW1wbGUuY29tOmh1c2gtdG9rZW4="):
            raise Refused(401, {"type": "error", "error": {"message": "Token is invalid or not supported for this endpoint."}})

    def answer(self, state, method, path, query, body):
        match method, *path.removeprefix("/").split("/"):
            case "GET", "user":
                return 200, account(self.me)
            case "GET", "repositories", _, _, "commit", short:
                whole = next(head for head in state.heads if head.startswith(short))
                return 200, {"type": "commit", "hash": whole, "date": MOMENT, "message": "Change"}
            case "GET", "repositories", _, _, "pullrequests":
                return 200, self.paged(state, query, [self.pull(state, one) for one in state.listed(query["state"])], path)
            case "GET", "repositories", _, _, "pullrequests", number:
                pull = self.found(state.pulls, number, state.read_pull)
                approved = not pull.get("unapproved")
                participant = {"type": "participant", "user": account("lee"), "role": "REVIEWER", "approved": approved}
                # A list has no participants.
                return 200, self.pull(state, pull) | {"participants": [{**participant, "state": "approved" if approved else None}]}
            case "GET", "workspaces", _, "permissions", "repositories", name:
                permission = "write" if query["q"] == 'user.uuid="{ada}"' else "read"
                granted = {"type": "repository_permission", "permission": permission, "user": account("ada"), "repository": {"name": name}}
                return 200, self.paged(state, query, [granted], path)
            case "GET", "repositories", _, _, "pullrequests", number, "comments":
                return 200, self.paged(state, query, [self.comment(one) for one in state.of_pull(int(number))], path)
            case "POST", "repositories", _, _, "pullrequests", number, "comments":
                self.refuse_long(state, body["content"]["raw"])
                return 201, self.comment(state.comment(int(number), self.me, body["content"]["raw"]))
            case "PUT", "repositories", _, _, "pullrequests", _, "comments", number:
                self.refuse_long(state, body["content"]["raw"])
                comment = self.found(state.comments, number)
                comment["text"], comment["edits"] = body["content"]["raw"], comment["edits"] + 1
                return 200, self.comment(comment)
            case "DELETE", "repositories", _, _, "pullrequests", _, "comments", number:
                del state.comments[self.found(state.comments, number)["id"]]
                return 204, None
            case "GET", "repositories", _, _, "commit", commit, "statuses":
                found = [self.status(one) for one in reversed(state.statuses) if one["commit"] == commit]
                return 200, self.paged(state, query, found, path)
            case "POST", "repositories", _, _, "commit", commit, "statuses", "build":
                status = {"commit": commit, "name": body["key"], "state": body["state"], "words": body["description"]}
                # A key overwrites.
                state.statuses[:] = [one for one in state.statuses if (one["commit"], one["name"]) != (commit, body["key"])]
                state.statuses.append(status)
                return 201, self.status(status)
        raise Refused(404, {"type": "error", "error": {"message": "Resource not found"}})

    def paged(self, state, query, items, path):
        size, page = min(int(query.get("pagelen", 10)), state.most_per_page), int(query.get("page", 1))
        shown = {"pagelen": size, "values": items[(page - 1) * size : page * size]}
        if len(items) > page * size:
            rest = "&".join(f"{name}={value}" for name, value in {**query, "page": page + 1}.items())
            shown["next"] = f"{state.base}{path}?{rest}"
        return shown

    def found(self, things, number, read=None):
        if int(number) not in things:
            raise Refused(404, {"type": "error", "error": {"message": "Resource not found"}})
        return read(number) if read else things[int(number)]

    def refuse_long(self, state, text):
        if len(text) > min(state.longest_comment, 32768):
            raise Refused(400, {"type": "error", "error": {"message": "Comment is too long"}})

    def end(self, branch, commit, name):
        repository = {"type": "repository", "uuid": f"{{{name}}}", "full_name": f"acme/{name}", "name": name}
        return {"repository": repository, "branch": {"name": branch}, "commit": {"type": "commit", "hash": commit[:12]}}

    def pull(self, state, pull):
        link = {"href": f"https://bitbucket.example/acme/infra/pull-requests/{pull['number']}"}
        return {
            "type": "pullrequest",
            "id": pull["number"],
            "title": pull["title"],
            "state": "OPEN" if pull["open"] else "DECLINED",
            "author": account("ada"),
            "source": self.end(pull["branch"], pull["head"], "fork" if pull["fork"] else "infra"),
            "destination": self.end(pull["base"], "0" * 40, "infra"),
            "links": {"self": link, "html": link},
            "created_on": MOMENT,
            "updated_on": state.changed_at(pull["number"]),
            "draft": pull.get("draft", False),
        }

    def comment(self, comment):
        return {
            "type": "pullrequest_comment",
            "id": comment["id"],
            "created_on": comment["at"],
            "updated_on": comment["at"],
            "content": {"raw": comment["text"], "markup": "markdown", "html": ""},
            "user": account(comment["user"]),
            "deleted": False,
            "links": {},
        }

    def status(self, status):
        return {
            "type": "build",
            "uuid": "{status}",
            "key": status["name"],
            "refname": None,
            "url": "https://bitbucket.example",
            "state": status["state"],
            "name": status["name"],
            "description": status["words"],
            "created_on": MOMENT,
            "updated_on": MOMENT,
        }
