package store

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Erase replaces a person by an alias everywhere. Grades and points stay, under the alias.
// Erase deletes the name, address, id, keys, sessions and codes, the texts of results and
// receipts, and the events of jobs. It returns the person's repositories; the caller must
// remove their directories. A second call, with the alias as the login, is not an error.
// CodeRefused: work of the person is being graded.
func (s *AccountTables) Erase(ctx context.Context, by schema.Actor, user schema.User, alias string) (repositories []int64, err error) {
	err = s.write(ctx, "erase", func(t *tx) error {
		busy, err := one(ctx, t, value[int], `SELECT count(*) FROM (
				SELECT j.state FROM submissions s JOIN jobs j ON j.submission_id = s.id WHERE s.owner = ?1
				UNION ALL SELECT j.state FROM tries y JOIN jobs j ON j.id = y.job_id WHERE y.owner = ?1)
			WHERE state IN ('queued', 'assigned', 'running')`, user.Login)
		if err != nil {
			return err
		}
		if busy > 0 {
			return schema.Errorf(schema.CodeRefused, "%d submissions of %s are being graded; wait until they have ended", busy, user.Login)
		}
		if repositories, err = list(ctx, t, value[int64], `SELECT id FROM repositories WHERE kind = 'own' AND owner = ?`, user.Login); err != nil {
			return err
		}
		e := &erasure{tx: t, user: user, alias: alias}
		for _, step := range []func(context.Context) error{e.identify, e.texts, e.gitHub, e.mentions, e.names, e.keys, e.requests, e.account} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return t.audit(ctx, by, schema.AuditEntry{At: s.clock(), Action: "user.erase", Subject: alias})
	})
	return repositories, err
}

// erasure holds the state of Erase for one person.
type erasure struct {
	*tx
	user  schema.User
	alias string

	// Set by identify.
	accounts     gitHubAccounts
	fingerprints []string       // fingerprints of the person's keys
	named        *regexp.Regexp // matches the person's names in a text
	namedGitHub  *regexp.Regexp // matches the person's GitHub logins in a text about GitHub accounts; nil: no accounts
	unlinked     *regexp.Regexp // matches the refusal of a push by one of the person's GitHub accounts; nil: no accounts

	left []int64 // repositories at GitHub that lost a commit or an outbox entry
}

// identify collects the names that identify the person.
func (e *erasure) identify(ctx context.Context) error {
	accounts, err := list(ctx, e, scanGitHubAccount, `SELECT host, github_id, login FROM github_accounts WHERE user_id = ?`, e.user.ID)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		e.accounts.ids, e.accounts.logins = append(e.accounts.ids, a.ID), append(e.accounts.logins, a.Login)
	}
	former, err := e.formerGitHubLogins(ctx)
	if err != nil {
		return err
	}
	e.accounts.logins = append(e.accounts.logins, former...)
	if e.fingerprints, err = list(ctx, e, value[string], `SELECT fingerprint FROM keys WHERE user_id = ?`, e.user.ID); err != nil {
		return err
	}
	id, err := one(ctx, e, value[string], `SELECT student_id FROM users WHERE id = ?`, e.user.ID)
	if err != nil {
		return err
	}
	e.named = named("", append([]string{e.user.Login, e.user.Name, e.user.Email, id}, e.fingerprints...))
	if len(e.accounts.logins) > 0 {
		e.namedGitHub = named("(?i)", e.accounts.logins)
		e.unlinked = regexp.MustCompile(`(?i)GitHub account (` + alternatives(e.accounts.logins) + `) is not linked`)
	}
	return nil
}

// named returns a pattern that matches words only as whole words. flags are regular expression
// flags such as "(?i)".
func named(flags string, words []string) *regexp.Regexp {
	return regexp.MustCompile(flags + `(^|[^\pL\pN._-])(` + alternatives(words) + `)($|[^\pL\pN_-])`)
}

// alternatives returns a pattern that matches any of the words that are not empty.
func alternatives(words []string) string {
	var all []string
	for _, w := range words {
		if w != "" {
			all = append(all, regexp.QuoteMeta(w))
		}
	}
	return strings.Join(all, "|")
}

// texts removes the output of the person's programs, the comments on their work, and their
// receipts.
func (e *erasure) texts(ctx context.Context) error {
	jobs, err := list(ctx, e, value[int64], `SELECT j.id FROM submissions s JOIN jobs j ON j.submission_id = s.id WHERE s.owner = ?1
		UNION ALL SELECT job_id FROM tries WHERE owner = ?1`, e.user.Login)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if err := e.result(ctx, job); err != nil {
			return err
		}
		if _, err := e.exec(ctx, `DELETE FROM events WHERE job_id = ?`, job); err != nil {
			return err
		}
	}
	if _, err := e.exec(ctx, `DELETE FROM comments WHERE submission_id IN (SELECT id FROM submissions WHERE owner = ?)`, e.user.Login); err != nil {
		return err
	}
	// Receipts of the person's pushes for a team or somebody else contain their login as the
	// pusher.
	_, err = e.exec(ctx, `UPDATE receipts SET body = '' WHERE submission_id IN (SELECT id FROM submissions WHERE owner = ?) OR instr(body, ?) > 0`, e.user.Login, "\npusher: "+e.user.Login+"\n")
	return err
}

// result removes the texts of a job's result. It replaces a result that cannot be decoded, and removes all that was
// derived from it.
func (e *erasure) result(ctx context.Context, job int64) error {
	results, err := list(ctx, e, scanStoredResult, `SELECT body FROM results WHERE job_id = ?`, job)
	if err != nil || len(results) == 0 {
		return err
	}
	kept := results[0].result.WithoutTexts()
	short := kept.Summary()
	if results[0].lost() {
		kept, short = erasedResult(), erasedResult()
	}
	if err := e.replaceResult(ctx, job, kept, short); err != nil {
		return err
	}
	if results[0].lost() {
		return e.removeOutcomes(ctx, job)
	}
	return e.rewriteOutcomes(ctx, job, kept)
}

// replaceResult replaces the result of a job and its summary. Summaries from before migration 4 are whole results.
func (e *erasure) replaceResult(ctx context.Context, job int64, result, summary schema.Result) error {
	body, err := encode(result)
	if err != nil {
		return err
	}
	short, err := encode(summary)
	if err != nil {
		return err
	}
	if _, err := e.exec(ctx, `UPDATE results SET body = ? WHERE job_id = ?`, body, job); err != nil {
		return err
	}
	_, err = e.exec(ctx, `UPDATE summaries SET body = ? WHERE job_id = ?`, short, job)
	return err
}

// mention is a text that may name the person.
type mention struct {
	id   int64
	text string
}

func scanMention(r row) (m mention, err error) {
	err = r.Scan(&m.id, &m.text)
	return m, err
}

// mentions replaces the person's names in the audit log, in reasons and in comments. A GitHub
// login can be an ordinary word like "late" or "none", so GitHub logins are replaced only in audit
// entries about linked accounts. In those about the person, all logins are replaced.
func (e *erasure) mentions(ctx context.Context) error {
	columns, err := e.columns(ctx, mentionColumns()...)
	if err != nil {
		return err
	}
	for _, c := range columns {
		if err := e.replace(ctx, c, e.named, ""); err != nil {
			return err
		}
	}
	for _, name := range []string{"before_value", "after_value"} {
		if e.namedGitHub != nil {
			if err := e.replace(ctx, place{"audit", name}, e.namedGitHub, " AND action = 'user.link-github'"); err != nil {
				return err
			}
		}
		if err := e.replace(ctx, place{"audit", name}, anyWord(), " AND action = 'user.link-github' AND subject = ?", e.alias); err != nil {
			return err
		}
	}
	return nil
}

// anyWord returns a pattern like those of named that matches every word.
func anyWord() *regexp.Regexp { return regexp.MustCompile(`()(\S+)()`) }

// replace replaces every match of a pattern from named in a column by the alias. and is an
// additional SQL condition on the rows, with its values.
func (e *erasure) replace(ctx context.Context, c place, named *regexp.Regexp, and string, values ...any) error {
	all, err := list(ctx, e, scanMention, "SELECT"+" rowid, "+c.name+" FROM "+c.table+" WHERE "+c.name+" <> ''"+and, values...)
	if err != nil {
		return err
	}
	for _, m := range all {
		text := e.withoutNames(m.text, named)
		if text == m.text {
			continue
		}
		if _, err := e.exec(ctx, "UPDATE"+" "+c.table+" SET "+c.name+" = ? WHERE rowid = ?", text, m.id); err != nil {
			return err
		}
	}
	return nil
}

// withoutNames replaces every match of a pattern from named in a text by the alias.
func (e *erasure) withoutNames(text string, named *regexp.Regexp) string {
	// Twice, because two matches may share the character between them.
	return named.ReplaceAllString(named.ReplaceAllString(text, "${1}"+e.alias+"${3}"), "${1}"+e.alias+"${3}")
}

// mentionColumns returns the names of columns with texts that may name a person.
func mentionColumns() []string {
	return []string{"subject", "before_value", "after_value", "detail", "reason", "comment"}
}

// nameColumns returns the names of columns that hold a login.
func nameColumns() []string { return []string{"login", "owner", "actor", "by_login"} }

// keyColumns returns the names of columns that hold the fingerprint of a key.
func keyColumns() []string { return []string{"added_by", "made_by", "for_key"} }

// names replaces the login in every column that holds one. It skips GitHub logins: an equal
// login at GitHub belongs to another person.
func (e *erasure) names(ctx context.Context) error {
	// Seats and invitations refer to users.login: all change before the commit checks them.
	if _, err := e.exec(ctx, `PRAGMA defer_foreign_keys = ON`); err != nil {
		return err
	}
	columns, err := e.columns(ctx, nameColumns()...)
	if err != nil {
		return err
	}
	for _, c := range columns {
		if c.table == "github_accounts" {
			continue
		}
		if _, err := e.exec(ctx, "UPDATE"+" "+c.table+" SET "+c.name+" = ? WHERE "+c.name+" = ?", e.alias, e.user.Login); err != nil {
			return err
		}
	}
	return nil
}

// keys removes the fingerprints of the person's keys from the rows of other people that refer
// to them.
func (e *erasure) keys(ctx context.Context) error {
	columns, err := e.columns(ctx, keyColumns()...)
	if err != nil {
		return err
	}
	for _, c := range columns {
		for _, key := range e.fingerprints {
			if _, err := e.exec(ctx, "UPDATE"+" "+c.table+" SET "+c.name+" = '' WHERE "+c.name+" = ?", key); err != nil {
				return err
			}
		}
	}
	return nil
}

// account clears and disables the account. It deletes everything that can sign it in (keys,
// sessions, tokens, links, codes and linked GitHub accounts), and its destinations.
func (e *erasure) account(ctx context.Context) error {
	if _, err := endSessions(ctx, e.tx, e.user.ID, ""); err != nil {
		return err
	}
	if err := e.deleteDestinations(ctx); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM tokens WHERE user_id = ?`,
		`DELETE FROM keys WHERE user_id = ?`,
		`DELETE FROM github_accounts WHERE user_id = ?`,
		`DELETE FROM notice_codes WHERE user_id = ?`,
		`UPDATE users SET name = '', email = '', student_id = '', disabled = 1, admin = 0 WHERE id = ?`,
	} {
		if _, err := e.exec(ctx, text, e.user.ID); err != nil {
			return err
		}
	}
	return nil
}

// place is a column of a table.
type place struct{ table, name string }

func scanPlace(r row) (p place, err error) {
	err = r.Scan(&p.table, &p.name)
	return p, err
}

// columns returns the text columns of all tables that have one of the names.
func (e *erasure) columns(ctx context.Context, names ...string) ([]place, error) {
	all, err := list(ctx, e, scanPlace, `SELECT x.name, c.name FROM sqlite_schema x JOIN pragma_table_info(x.name) c
		WHERE x.type = 'table' AND x.name NOT LIKE 'sqlite_%' AND c.type = 'TEXT' ORDER BY x.name, c.cid`)
	return slices.DeleteFunc(all, func(p place) bool { return !slices.Contains(names, p.name) }), err
}
