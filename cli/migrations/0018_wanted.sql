-- Which stacks of a pull request somebody wants previewed anew, each with a space behind it; `*` for all of them, and nothing where
-- nobody said.
ALTER TABLE queue ADD COLUMN stacks TEXT NOT NULL DEFAULT '';

-- The whole preview that an open pull request was told last, as JSON, beside which some of its stacks are previewed anew.
ALTER TABLE pulls ADD COLUMN preview TEXT;
