-- The newest run of a stack is found without looking at the others.
CREATE INDEX runs_by_fence ON runs (stack_id, fence DESC, started_at DESC, id DESC);
