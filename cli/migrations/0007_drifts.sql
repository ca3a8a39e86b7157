-- What the newest look found of a stack's drift. `body` is what drifted, as JSON.
CREATE TABLE drifts (
    stack_id TEXT PRIMARY KEY NOT NULL REFERENCES stacks (id),
    commit_id TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    checked_at BIGINT NOT NULL
);
