-- Times of audio are seconds; moments are Unix milliseconds.

CREATE TABLE recordings (
    id       INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE, -- SHA-256 of the content, hex
    path     TEXT NOT NULL,        -- where it was seen last; '-' for standard input
    size     INTEGER NOT NULL,     -- bytes
    duration REAL NOT NULL         -- as the container promises; 0 if it does not say
) STRICT;

-- A number is never given twice: a job may outlive its transcript.
CREATE TABLE transcripts (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    recording INTEGER NOT NULL REFERENCES recordings (id),
    title     TEXT NOT NULL,
    options   TEXT NOT NULL,            -- JSON: what was asked for
    key       TEXT NOT NULL,            -- what else the text depends on
    model     TEXT NOT NULL,
    language  TEXT NOT NULL DEFAULT '',
    device    TEXT NOT NULL DEFAULT '',
    speed     REAL NOT NULL DEFAULT 0,  -- audio seconds a wall second
    state     TEXT NOT NULL,
    owner     TEXT NOT NULL DEFAULT '', -- the instance that is making it
    position  REAL NOT NULL DEFAULT 0,  -- everything before is transcribed
    duration  REAL NOT NULL DEFAULT 0,
    warnings  TEXT NOT NULL DEFAULT '[]',
    created   INTEGER NOT NULL,
    trashed   INTEGER                   -- NULL: not in the trash
) STRICT;
CREATE INDEX transcripts_by_age ON transcripts (created);
CREATE INDEX transcripts_by_recording ON transcripts (recording);

CREATE TABLE speakers (
    id         INTEGER PRIMARY KEY,
    transcript INTEGER NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    label      TEXT NOT NULL, -- given by the engine
    name       TEXT NOT NULL, -- given by a person
    colour     TEXT NOT NULL DEFAULT '',
    UNIQUE (transcript, label)
) STRICT;

CREATE TABLE segments (
    id         INTEGER PRIMARY KEY,
    transcript INTEGER NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    begin      REAL NOT NULL,
    finish     REAL NOT NULL,
    text       TEXT NOT NULL,
    confidence REAL NOT NULL,
    speaker    INTEGER REFERENCES speakers (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX segments_in_order ON segments (transcript, begin);
CREATE INDEX segments_by_speaker ON segments (speaker);

CREATE TABLE words (
    segment    INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    begin      REAL NOT NULL,
    finish     REAL NOT NULL,
    text       TEXT NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (segment, position)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, content = 'segments', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER segments_added AFTER INSERT ON segments BEGIN
    INSERT INTO segments_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER segments_removed AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER segments_changed AFTER UPDATE OF text ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO segments_fts (rowid, text) VALUES (new.id, new.text);
END;
