-- The ledger's first shape. Every statement here and in the code means the same to SQLite and to PostgreSQL:
-- text, 64-bit integers, and times in milliseconds since 1970.

-- A Git repository that is followed.
CREATE TABLE repositories (
    id TEXT PRIMARY KEY NOT NULL,
    label TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- A stack, what of it stands, and who may work on it. A lease is over when `lease_until` has passed;
-- `fence` grows with every lease, and only the newest holder's writes count.
CREATE TABLE stacks (
    id TEXT PRIMARY KEY NOT NULL,
    repository_id TEXT NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    runtime TEXT NOT NULL,
    rolled_out_commit TEXT,
    rolled_out_at BIGINT,
    lease_holder TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (repository_id, name)
);

-- A run of the engine, recorded before it starts.
CREATE TABLE runs (
    id TEXT PRIMARY KEY NOT NULL,
    stack_id TEXT NOT NULL REFERENCES stacks (id),
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    fence BIGINT NOT NULL,
    host TEXT NOT NULL,
    engine TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    changes TEXT NOT NULL DEFAULT '{}',
    message TEXT
);

CREATE INDEX runs_by_stack ON runs (stack_id, started_at);
CREATE INDEX runs_by_time ON runs (started_at);

-- What happened in a run, in order. `body` is the event as JSON.
CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id),
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run_id, sequence)
);
