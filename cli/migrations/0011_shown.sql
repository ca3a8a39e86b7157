-- What a seal was sealed for: the tree that the merge makes, and the commit that was to be merged. Empty in seals of older
-- versions, whose body tells it.
ALTER TABLE seals ADD COLUMN tree TEXT NOT NULL DEFAULT '';
ALTER TABLE seals ADD COLUMN head TEXT NOT NULL DEFAULT '';
