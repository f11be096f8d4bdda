-- Where a transcript came from, and what a person says about it.
ALTER TABLE transcripts ADD COLUMN origin TEXT NOT NULL DEFAULT 'file';
ALTER TABLE transcripts ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
-- Until now only the name of a recording's file told that it is one.
UPDATE transcripts SET origin = 'microphone' WHERE recording IN (
    SELECT id FROM recordings WHERE path GLOB '*[/\]recordings[/\][0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] *.wav');

-- Moment at which Earshot removed the sound that it had recorded; NULL: it is there.
ALTER TABLE recordings ADD COLUMN removed INTEGER;

CREATE TABLE tags (
    tag        TEXT NOT NULL COLLATE NOCASE,
    transcript INTEGER NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, transcript)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_in_order ON tags (transcript, tag);

-- For filters and their menus: a list need not read what it does not show.
DROP INDEX transcripts_by_age;
CREATE INDEX transcripts_by_age ON transcripts (created, id, trashed) WHERE trashed IS NULL;
CREATE INDEX transcripts_trashed ON transcripts (trashed) WHERE trashed IS NOT NULL;
CREATE INDEX transcripts_by_language ON transcripts (language, trashed);
CREATE INDEX transcripts_by_model ON transcripts (model COLLATE NOCASE, trashed);
CREATE INDEX transcripts_by_origin ON transcripts (origin, trashed);
CREATE INDEX transcripts_favourite ON transcripts (created) WHERE favourite;
CREATE INDEX transcripts_warned ON transcripts (created) WHERE warnings <> '[]';
CREATE INDEX speakers_by_name ON speakers (name COLLATE NOCASE, transcript);

-- Beginnings of words of one to four letters have entries of their own: else the
-- index would merge all words with one before it gave the first place. Marks are part
-- of a word, so that scripts with vowel signs are not torn.
DROP TABLE segments_fts;
CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, content = 'segments', content_rowid = 'id', prefix = '1 2 3 4',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO segments_fts (segments_fts) VALUES ('rebuild');

-- Text in scripts that write without blanks, as pairs of letters: pairs() is Earshot's,
-- NULL for text that has none.
CREATE VIRTUAL TABLE segments_pairs USING fts5 (
    text, content = '', contentless_delete = 1, prefix = '1',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO segments_pairs (rowid, text) SELECT id, pairs(text) FROM segments WHERE pairs(text) IS NOT NULL;
CREATE TRIGGER segments_pairs_added AFTER INSERT ON segments WHEN pairs(new.text) IS NOT NULL BEGIN
    INSERT INTO segments_pairs (rowid, text) VALUES (new.id, pairs(new.text));
END;
CREATE TRIGGER segments_pairs_removed AFTER DELETE ON segments WHEN pairs(old.text) IS NOT NULL BEGIN
    DELETE FROM segments_pairs WHERE rowid = old.id;
END;
CREATE TRIGGER segments_pairs_changed AFTER UPDATE OF text ON segments BEGIN
    DELETE FROM segments_pairs WHERE rowid = old.id;
    INSERT INTO segments_pairs (rowid, text) SELECT new.id, pairs(new.text) WHERE pairs(new.text) IS NOT NULL;
END;

-- Titles: words and pairs in one, there are few.
CREATE VIRTUAL TABLE titles USING fts5 (
    text, content = '', contentless_delete = 1, prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO titles (rowid, text) SELECT id, coalesce(pairs(title), title) FROM transcripts;
CREATE TRIGGER title_added AFTER INSERT ON transcripts BEGIN
    INSERT INTO titles (rowid, text) VALUES (new.id, coalesce(pairs(new.title), new.title));
END;
CREATE TRIGGER title_removed AFTER DELETE ON transcripts BEGIN
    DELETE FROM titles WHERE rowid = old.id;
END;
CREATE TRIGGER title_changed AFTER UPDATE OF title ON transcripts BEGIN
    DELETE FROM titles WHERE rowid = old.id;
    INSERT INTO titles (rowid, text) VALUES (new.id, coalesce(pairs(new.title), new.title));
END;
