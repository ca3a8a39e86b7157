"""GitLab, by what its documentation says of its API."""

from state import Refused

MOMENT = "2026-01-01T00:00:00.000Z"


def user(name):
    number = sum(map(ord, name))
    return {"id": number, "username": name, "name": name, "state": "active", "avatar_url": None, "web_url": f"https://gitlab.example/{name}"}


class Gitlab:
    PREFIX = "/api/v4"

    def __init__(self, description):
        self.description, self.me = description, "gitinfra-user"

    def allowed(self, state, headers, path):
        if headers.get("authorization") != "Bearer hush-token":
            raise Refused(401, {"message": "401 Unauthorized"})

    def page(self, items, query, url, most):
        size, page = min(int(query.get("per_page", 20)), most), int(query.get("page", 1))
        rest = "&".join(f"{name}={value}" for name, value in {**query, "page": page + 1}.items())
        headers = {"Link": f'<{url}?{rest}>; rel="next", <{url}>; rel="first"'} if len(items) > page * size else {}
        return items[(page - 1) * size : page * size], headers

    def answer(self, state, method, path, query, body):
        match method, *path.removeprefix("/").split("/"):
            case "GET", "user":
                return 200, user(self.me)
            case "GET", "projects", _, "merge_requests":
                return 200, [self.pull(state, one) for one in state.listed(query["state"])]
            case "GET", "projects", _, "merge_requests", number:
                return 200, self.pull(state, self.found(state.pulls, number, state.read_pull))
            case "GET", "users":
                return 200, [user(query["username"])]
            case "GET", "projects", _, "members", "all", number:
                access = 30 if int(number) == user("ada")["id"] else 20
                shown = user("ada")
                return 200, {**{name: shown[name] for name in ("username", "name", "state", "web_url")}, "id": int(number), "access_level": access}
            case "POST", "projects", _, "merge_requests", _, "notes", number, "award_emoji":
                self.found(state.comments, number)
                emoji = {"id": 1, "name": body["name"], "user": user(self.me), "created_at": MOMENT, "updated_at": MOMENT}
                return 201, {**emoji, "awardable_id": int(number), "awardable_type": "Note"}
            case "GET", "projects", _, "merge_requests", number, "pipelines":
                branch = state.pulls[int(number)]["branch"]
                return 200, [{"id": 55, "sha": head, "ref": branch, "status": "running"} for head in state.heads]
            case "GET", "projects", _, "merge_requests", number, "notes":
                return 200, [self.note(one) for one in state.of_pull(int(number))]
            case "POST", "projects", _, "merge_requests", number, "notes":
                self.refuse_long(state, body["body"])
                return 201, self.note(state.comment(int(number), self.me, body["body"]))
            case "PUT", "projects", _, "merge_requests", _, "notes", number:
                self.refuse_long(state, body["body"])
                note = self.found(state.comments, number)
                note["text"], note["edits"] = body["body"], note["edits"] + 1
                return 200, self.note(note)
            case "DELETE", "projects", _, "merge_requests", _, "notes", number:
                del state.comments[self.found(state.comments, number)["id"]]
                return 204, None
            case "GET", "projects", _, "repository", "commits", commit, "statuses":
                return 200, [self.status(one) for one in reversed(state.statuses) if one["commit"] == commit]
            case "POST", "projects", _, "statuses", commit:
                return 201, self.status(self.set(state, commit, body))
        raise Refused(404, {"message": "404 Not found"})

    def set(self, state, commit, body):
        """A status is a machine of states: to where it is already, it can't go."""
        if body.get("pipeline_id") != 55:
            raise Refused(400, {"message": "another pipeline is made"})
        same = [one for one in state.statuses if (one["commit"], one["name"]) == (commit, body["name"])]
        if same and same[-1]["state"] == body["state"] == "running":
            raise Refused(400, {"message": "Cannot transition status via :run from :running"})
        state.statuses.append({"commit": commit, "name": body["name"], "state": body["state"], "words": body["description"]})
        return state.statuses[-1]

    def found(self, things, number, read=None):
        if int(number) not in things:
            raise Refused(404, {"message": "404 Not found"})
        return read(number) if read else things[int(number)]

    def refuse_long(self, state, text):
        if len(text) > state.longest_comment:
            raise Refused(400, {"message": {"note": [f"is too long (maximum is {state.longest_comment} characters)"]}})

    def pull(self, state, pull):
        status = "draft_status" if pull.get("draft") else "not_approved" if pull.get("unapproved") else "mergeable"
        return {
            "id": 1000 + pull["number"],
            "iid": pull["number"],
            "project_id": 3,
            "title": pull["title"],
            "description": None,
            "state": "opened" if pull["open"] else "closed",
            "created_at": MOMENT,
            "updated_at": state.changed_at(pull["number"]),
            "target_branch": pull["base"],
            "source_branch": pull["branch"],
            "author": user("ada"),
            "source_project_id": 4 if pull["fork"] else 3,
            "target_project_id": 3,
            "draft": pull.get("draft", False),
            "merge_status": "can_be_merged",
            "detailed_merge_status": status,
            "sha": pull["head"],
            "merge_commit_sha": None,
            "squash_commit_sha": None,
            "web_url": f"https://gitlab.example/acme/infra/-/merge_requests/{pull['number']}",
        }

    def note(self, comment):
        return {
            "id": comment["id"],
            "type": None,
            "body": comment["text"],
            "author": user(comment["user"]),
            "created_at": comment["at"],
            "updated_at": comment["at"],
            "system": False,
            "noteable_id": 1000 + comment["pull"],
            "noteable_type": "MergeRequest",
            "noteable_iid": comment["pull"],
            "resolvable": False,
            "confidential": False,
            "internal": False,
        }

    def status(self, status):
        return {
            "id": 1,
            "sha": status["commit"],
            "ref": None,
            "status": status["state"],
            "name": status["name"],
            "target_url": None,
            "description": status["words"],
            "created_at": MOMENT,
            "started_at": None,
            "finished_at": None,
            "allow_failure": False,
            "coverage": None,
            "author": user(self.me),
            "pipeline_id": 55,
        }
