package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// templates is the number of students whose work the service's own code records and grades, each with
// different results. The work of all other students is copied from theirs.
const templates = 7

// idStep is larger than any id of a template's row. The ids of a student's copies are higher by idStep times the
// student's number.
const idStep = 1_000_000

// cloner copies the work of the first students for all others, row by row in the database. That takes seconds;
// pushing and grading would take an hour. Receipts are not copied, because each contains the hash of the previous
// one.
type cloner struct {
	tx       *sql.Tx
	students int
}

// clone copies the templates' work. The store must be open but idle.
func clone(ctx context.Context, path string, students int) error {
	db, err := sql.Open("sqlite", path+"?_pragma=synchronous(off)&_pragma=busy_timeout(60000)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	c := &cloner{tx, students}
	if err := c.run(ctx); err != nil {
		return fmt.Errorf("copy work: %w", err)
	}
	return tx.Commit()
}

func (c *cloner) run(ctx context.Context) error {
	// The triggers count queued and started jobs. The copied jobs are already done, so the
	// triggers are dropped during the copy.
	triggers, err := c.texts(ctx, `SELECT name || char(10) || sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'jobs'`)
	if err != nil {
		return err
	}
	statements := []string{
		`CREATE TEMP TABLE copies AS SELECT u.id AS user, u.login AS login, 's' || printf('%03d', substr(u.login, 2) % ` + fmt.Sprint(templates) + `) AS template,
			substr(u.login, 2) * ` + fmt.Sprint(idStep) + ` AS step FROM users u WHERE u.login GLOB 's[0-9]*' AND substr(u.login, 2) + 0 >= ` + fmt.Sprint(templates),
		`CREATE TEMP TABLE repositories_of AS SELECT id, owner FROM repositories WHERE kind = 'own'`,
		`CREATE TEMP TABLE submissions_of AS SELECT id, owner, done_job_id FROM submissions`,
	}
	for _, t := range triggers {
		name, _, _ := strings.Cut(t, "\n")
		statements = append(statements, "DROP TRIGGER "+name)
	}
	for _, text := range statements {
		if _, err := c.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	if err := c.copyAll(ctx); err != nil {
		return err
	}
	statements = []string{
		`UPDATE job_counts SET jobs = (SELECT count(*) FROM jobs WHERE jobs.state = job_counts.state)`,
		`DROP TABLE copies`, `DROP TABLE repositories_of`, `DROP TABLE submissions_of`,
	}
	for _, t := range triggers {
		_, text, _ := strings.Cut(t, "\n")
		statements = append(statements, text)
	}
	for _, text := range statements {
		if _, err := c.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// copyAll copies the rows of every table that holds work.
func (c *cloner) copyAll(ctx context.Context) error {
	const own, ofJob = "JOIN copies c ON c.template = t.owner", "JOIN submissions_of s ON s.done_job_id = t.job_id JOIN copies c ON c.template = s.owner"
	for _, one := range []struct {
		table, from string
		changed     map[string]string // expressions of changed columns
	}{
		{"repositories", own + " WHERE t.kind = 'own'", map[string]string{"id": "t.id + c.step", "owner": "c.login"}},
		{"intents", "JOIN repositories_of r ON r.id = t.repository_id JOIN copies c ON c.template = r.owner",
			map[string]string{"id": "t.id || '-' || c.step", "repository_id": "t.repository_id + c.step", "pusher_id": "c.user"}},
		{"jobs", own + " WHERE t.kind = 'grade'", map[string]string{"id": "t.id + c.step", "submission_id": "t.submission_id + c.step", "owner": "c.login"}},
		{"submissions", own, map[string]string{
			"id": "t.id + c.step", "owner": "c.login", "pusher_id": "c.user", "repository_id": "t.repository_id + c.step", "intent_id": "t.intent_id || '-' || c.step",
			"receipt": "t.receipt || '-' || c.step", "job_id": "t.job_id + c.step", "done_job_id": "t.done_job_id + c.step",
		}},
		{"events", ofJob, map[string]string{"job_id": "t.job_id + c.step"}},
		{"results", ofJob, map[string]string{"job_id": "t.job_id + c.step"}},
		{"summaries", ofJob, map[string]string{"job_id": "t.job_id + c.step"}},
		{"outcomes", ofJob, map[string]string{"job_id": "t.job_id + c.step"}},
		{"grades", own, map[string]string{"owner": "c.login"}},
	} {
		if err := c.copyTable(ctx, one.table, one.from, one.changed); err != nil {
			return fmt.Errorf("%s: %w", one.table, err)
		}
	}
	return nil
}

// copyTable copies the rows of a table for every copy. In the expressions, t is the table and c is the copy.
func (c *cloner) copyTable(ctx context.Context, table, from string, changed map[string]string) error {
	columns, err := c.texts(ctx, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table)
	if err != nil {
		return err
	}
	values := make([]string, 0, len(columns))
	for _, name := range columns {
		value, ok := changed[name]
		if !ok {
			value = "t." + name
		}
		values = append(values, value)
	}
	// All rows are read before the first is written.
	_, err = c.tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO main.%s (%s) SELECT * FROM (SELECT %s FROM main.%s t %s) ORDER BY 1",
		table, strings.Join(columns, ", "), strings.Join(values, ", "), table, from))
	return err
}

// texts returns the rows of one column.
func (c *cloner) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := c.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
