-- The newest head at which nothing was left to do for a stack, where that is newer than what stands: what was merged by then was seen.
ALTER TABLE stacks ADD COLUMN settled_commit TEXT;
