-- Random words of this ledger, such as the key of its digests.
CREATE TABLE keys (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- A sealed preview. `body` is the seal as JSON, with digests in place of secrets. `is_shown` is 0 as long as it is only what a
-- hold waits to have allowed; `begun_by` and `used_by` are the runs that began and that ended its roll-out.
CREATE TABLE seals (
    id TEXT PRIMARY KEY NOT NULL,
    repository TEXT NOT NULL,
    stack TEXT NOT NULL,
    body TEXT NOT NULL,
    is_shown BIGINT NOT NULL,
    begun_by TEXT,
    used_by TEXT,
    rejected_by TEXT,
    rejected_why TEXT,
    created_at BIGINT NOT NULL
);

CREATE INDEX seals_by_stack ON seals (repository, stack, created_at);

-- Who allowed what a seal says.
CREATE TABLE approvals (
    seal_id TEXT NOT NULL REFERENCES seals (id),
    approver TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (seal_id, approver)
);

-- A roll-out that waits for a decision. `body` is what a person has to know, as JSON.
CREATE TABLE holds (
    id TEXT PRIMARY KEY NOT NULL,
    stack_id TEXT NOT NULL REFERENCES stacks (id),
    run_id TEXT NOT NULL,
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    seal_id TEXT NOT NULL REFERENCES seals (id),
    shown_seal_id TEXT,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_by TEXT,
    decided_why TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE INDEX holds_by_stack ON holds (stack_id, created_at);
