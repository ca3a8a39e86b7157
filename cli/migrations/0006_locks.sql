-- A stack that somebody keeps from being rolled out until a time.
CREATE TABLE locks (
    stack_id TEXT PRIMARY KEY NOT NULL REFERENCES stacks (id),
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    until BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
-- Who wants a run to stop; NULL when nobody does.
ALTER TABLE runs ADD COLUMN cancel_by TEXT;
