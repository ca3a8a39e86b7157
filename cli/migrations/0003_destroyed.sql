-- What a run was to do: `roll-out` or `destroy`.
ALTER TABLE runs ADD COLUMN action TEXT NOT NULL DEFAULT 'roll-out';
-- When what the stack had rolled out was destroyed; NULL while something of it stands.
ALTER TABLE stacks ADD COLUMN destroyed_at BIGINT;
-- At which head of its branch it was last told that the stack had left.
ALTER TABLE stacks ADD COLUMN left_commit TEXT;
-- Where its state lives, without a password.
ALTER TABLE stacks ADD COLUMN backend TEXT;
