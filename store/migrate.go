package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"earshot/app"
)

//go:embed migration/*.sql
var migrations embed.FS

// applicationID marks the file as Earshot's: "EarS" in ASCII.
const applicationID = 0x45617253

// checkVersion accepts a new database (0, 0) and ours up to the newest
// migration.
func checkVersion(application, version int) error {
	switch {
	case application == 0 && version == 0:
		return nil
	case application != applicationID:
		return app.ErrNotLibrary
	case version > newest():
		return app.ErrNewer
	}
	return nil
}

// versions are what a database says about itself.
func versions(ctx context.Context, tx *sql.Tx) (application, version int, err error) {
	err = tx.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&application)
	if err == nil {
		err = tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version)
	}
	return application, version, err
}

func files() []string {
	names, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}

// newest is the version of the newest migration: the number of files.
func newest() int { return len(files()) }

// step does what a migration cannot say in SQL, after its file.
func step(ctx context.Context, tx *sql.Tx, version int) error {
	if version == 7 {
		return packTable(ctx, tx)
	}
	return nil
}

// migrate brings the database up to date: each file, its step and the version
// that they lead to in one transaction.
func migrate(ctx context.Context, db *sql.DB) error {
	for i, name := range files() {
		script, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		err = inTx(ctx, db, func(tx *sql.Tx) error {
			application, version, err := versions(ctx, tx)
			if err != nil {
				return err
			}
			if err := checkVersion(application, version); err != nil {
				return err
			}
			if version > i {
				return nil
			}
			if _, err := tx.ExecContext(ctx, string(script)); err != nil {
				return fmt.Errorf("migrate with %s: %w", name, err)
			}
			if err := step(ctx, tx, i+1); err != nil {
				return fmt.Errorf("migrate after %s: %w", name, err)
			}
			_, err = tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, i+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
