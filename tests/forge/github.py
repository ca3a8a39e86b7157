"""GitHub, by its own description and with its own examples as answers."""

from state import Refused

ME, APP, WORKFLOW = "gitinfra-user", "gitinfra-app[bot]", "gitinfra-actions[bot]"
# Who speaks by which token; those of the App are made.
TOKENS = {"hush-token": ME, "hush-token-of-a-workflow": WORKFLOW}


def moment(at):
    """It tells seconds, and no parts of them."""
    return at[:19] + "Z"


class Github:
    PREFIX = "/api/v3"

    def __init__(self, description):
        self.description, self.me = description, ME

    def allowed(self, state, headers, path):
        """A token for all, a JWT for what only the App itself may ask."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        is_jwt = token.count(".") == 2
        own = path == "/app" or path.endswith("/installation") or path.endswith("/access_tokens")
        is_known = token in TOKENS or token in state.tokens
        if scheme != "Bearer" or is_jwt != own or not (is_jwt or is_known):
            raise Refused(401, {"message": "Bad credentials"})
        if headers.get("x-github-api-version") != "2022-11-28" or not headers.get("user-agent"):
            raise Refused(400, {"message": "no version, or no user agent"})
        self.me = TOKENS.get(token, APP)
        if path == "/user" and self.me != ME:
            raise Refused(403, {"message": "Resource not accessible by integration"})

    def graphql(self, body):
        """The one query that is asked; GraphQL is in another description than this one."""
        if body != {"query": "query { viewer { login } }"}:
            raise Refused(400, {"message": "another query"})
        return {"data": {"viewer": {"login": self.me}}}

    def page(self, items, query, url, most):
        size, page = min(int(query.get("per_page", 30)), most), int(query.get("page", 1))
        rest = {name: value for name, value in query.items() if name != "page"}
        link = "&".join([*(f"{name}={value}" for name, value in rest.items()), f"page={page + 1}"])
        headers = {"Link": f'<{url}?page=1>; rel="first", <{url}?{link}>; rel="next"'} if len(items) > page * size else {}
        return items[(page - 1) * size : page * size], headers

    def answer(self, state, method, path, query, body):
        match method, *path.removeprefix("/").split("/"):
            case "GET", "user":
                shown = self.description.example("private-user-response-with-public-and-private-profile-information")
                return 200, {**shown, "login": ME, "user_view_type": "private"}
            case "GET", "app":
                return 200, {**self.description.example("integration"), "slug": "gitinfra-app"}
            case "GET", "repos", _, _, "installation":
                return 200, {**self.description.example("installation"), "id": 7}
            case "POST", "app", "installations", "7", "access_tokens":
                # They last no longer than the next one is needed, so that each use has to ask anew.
                token = f"ghs_{len(state.tokens)}_of_no_fixed_length"
                state.tokens[token] = True
                return 201, {**self.description.example("installation-token"), "token": token, "expires_at": "2099-01-01T00:00:00Z"}
            case "GET", "repos", _, _, "pulls":
                return 200, [self.pull(state, one, "pull-request-simple-items") for one in state.listed(query["state"])]
            case "GET", "repos", _, _, "pulls", number:
                pull = self.found(state.pulls, number, state.read_pull)
                shown = self.pull(state, pull, "pull-request")
                return 200, shown | {"mergeable": True, "mergeable_state": "blocked" if pull.get("unapproved") else "clean"}
            case "GET", "repos", _, _, "collaborators", name, "permission":
                shown = self.description.example("repository-collaborator-permission-response-if-user-has-admin-permissions")
                permission = "write" if name == "ada" else "read"
                # The example lacks what the description says that it has.
                return 200, {**shown, "permission": permission, "role_name": permission, "user": {**shown["user"], "role_name": permission}}
            case "POST", "repos", _, _, "issues", "comments", number, "reactions":
                self.found(state.comments, number)
                return 201, {**self.description.example("reaction"), "content": body["content"]}
            case "GET", "repos", _, _, "issues", number, "comments":
                return 200, [self.comment(one) for one in state.of_pull(int(number))]
            case "POST", "repos", _, _, "issues", number, "comments":
                self.refuse_long(state, body["body"])
                return 201, self.comment(state.comment(int(number), self.me, body["body"]))
            case "PATCH", "repos", _, _, "issues", "comments", number:
                self.refuse_long(state, body["body"])
                comment = self.found(state.comments, number)
                comment["text"], comment["edits"] = body["body"], comment["edits"] + 1
                return 200, self.comment(comment)
            case "DELETE", "repos", _, _, "issues", "comments", number:
                del state.comments[self.found(state.comments, number)["id"]]
                return 204, None
            case "GET", "repos", _, _, "commits", commit, "statuses":
                return 200, [self.status(one) for one in reversed(state.statuses) if one["commit"] == commit]
            case "POST", "repos", _, _, "statuses", commit:
                # The description tells none of these limits, GitHub does.
                if len(body["context"]) > 255 or len(body["description"]) > 140:
                    raise Refused(422, {"message": "Validation Failed"})
                state.statuses.append({"commit": commit, "name": body["context"], "state": body["state"], "words": body["description"]})
                return 201, self.status(state.statuses[-1])
            case "GET", "repos", _, _, "commits", commit, "check-runs":
                found = [one for one in state.checks.values() if one["head_sha"] == commit]
                found = [self.check(one) for one in found if query.get("check_name") in (None, one["name"])]
                return 200, {"total_count": len(found), "check_runs": found}
            case "POST", "repos", _, _, "check-runs":
                check = {"id": next(state.ids), **body}
                state.checks[check["id"]] = check
                return 201, self.check(check)
            case "PATCH", "repos", _, _, "check-runs", number:
                check = self.found(state.checks, number)
                check |= body
                return 200, self.check(check)
        raise Refused(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})

    def found(self, things, number, read=None):
        if int(number) not in things:
            raise Refused(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        return read(number) if read else things[int(number)]

    def refuse_long(self, state, text):
        if len(text) > state.longest_comment:
            error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": f"Body is too long (maximum is {state.longest_comment} characters)"}
            raise Refused(422, {"message": "Validation Failed", "errors": [error]})

    def pull(self, state, pull, example):
        shown = self.description.example(example)
        shown = shown[0] if isinstance(shown, list) else shown
        # The examples lack what the description says that they have.
        shown |= {"requested_teams": [], "number": pull["number"], "title": pull["title"]}
        shown |= {"draft": pull.get("draft", False), "merged_at": None, "updated_at": moment(state.changed_at(pull["number"]))}
        shown["state"] = "open" if pull["open"] else "closed"
        shown["head"] |= {"ref": pull["branch"], "sha": pull["head"]}
        shown["base"] |= {"ref": pull["base"]}
        if pull["fork"]:
            shown["head"]["repo"] = {**shown["head"]["repo"], "id": 99}
        return shown

    def comment(self, comment):
        shown = {**self.description.example("issue-comment"), "id": comment["id"], "body": comment["text"]}
        shown |= {"created_at": moment(comment["at"]), "updated_at": moment(comment["at"])}
        shown["user"] = {**shown["user"], "login": comment["user"]}
        return shown

    def status(self, status):
        shown = {**self.description.example("status"), "context": status["name"], "state": status["state"]}
        return {**shown, "description": status["words"]}

    def check(self, check):
        shown = self.description.example("check-run")
        output = {**shown["output"], **check.get("output", {})}
        fields = {name: check[name] for name in ("id", "name", "head_sha", "status", "details_url") if name in check}
        return {**shown, **fields, "conclusion": check.get("conclusion"), "output": output}
