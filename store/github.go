package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// deliveryMemory is how long announcements of pushes are kept. GitHub repeats announcements of
// the last few days only.
const deliveryMemory = 90 * 24 * time.Hour

// LinkGitHub links an account at GitHub to an account here. An account may have several GitHub
// accounts; a GitHub account belongs to one account.
func (s *GitHubTables) LinkGitHub(ctx context.Context, by schema.Actor, user schema.User, is schema.GitHubAccount) error {
	return s.write(ctx, "link GitHub account", func(t *tx) error {
		was, err := list(ctx, t, scanUser, `SELECT u.id, u.login, u.name, u.email, u.admin, u.disabled, u.created_at
			FROM github_accounts g JOIN users u ON u.id = g.user_id WHERE g.host = ? AND g.github_id = ?`, is.Host, is.ID)
		if err != nil {
			return err
		}
		changed := append(was, user) // the previous account, if any, and the new one
		before := make([]string, len(changed))
		for i, u := range changed {
			if before[i], err = linked(ctx, t, u.ID); err != nil {
				return err
			}
		}
		if _, err := t.exec(ctx, `INSERT INTO github_accounts (host, github_id, login, user_id, linked_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET login = excluded.login, user_id = excluded.user_id`, is.Host, is.ID, is.Login, user.ID, micros(s.clock())); err != nil {
			return err
		}
		if len(was) == 1 && was[0].ID == user.ID {
			return nil
		}
		for i, u := range changed {
			e := s.entry("user.link-github", u.Login)
			e.Before = before[i]
			if e.After, err = linked(ctx, t, u.ID); err != nil {
				return err
			}
			if err := t.audit(ctx, by, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// linked returns the logins of the GitHub accounts that are linked to an account.
func linked(ctx context.Context, t *tx, user int64) (string, error) {
	logins, err := list(ctx, t, value[string], `SELECT login FROM github_accounts WHERE user_id = ? ORDER BY login`, user)
	return strings.Join(logins, " "), err
}

func scanGitHubAccount(r row) (a schema.GitHubAccount, err error) {
	err = r.Scan(&a.Host, &a.ID, &a.Login)
	return a, err
}

// GitHubAccounts returns the accounts at GitHub that are linked to an account, by login.
func (s *GitHubTables) GitHubAccounts(ctx context.Context, user int64) ([]schema.GitHubAccount, error) {
	return list(ctx, s.reader, scanGitHubAccount, `SELECT host, github_id, login FROM github_accounts WHERE user_id = ? ORDER BY login, host`, user)
}

// GitHubUser returns the account that is linked to an account at GitHub. CodeNotFound: none is.
func (s *GitHubTables) GitHubUser(ctx context.Context, host string, id int64) (schema.User, error) {
	u, err := one(ctx, s.reader, scanUser, `SELECT u.id, u.login, u.name, u.email, u.admin, u.disabled, u.created_at
		FROM github_accounts g JOIN users u ON u.id = g.user_id WHERE g.host = ? AND g.github_id = ?`, host, id)
	return u, missing(err, "no account here is linked to that account of GitHub")
}

// GitHubLogins returns the GitHub logins of the accounts with the given logins.
func (s *GitHubTables) GitHubLogins(ctx context.Context, host string, logins []string) ([]string, error) {
	names, err := encode(logins)
	if err != nil {
		return nil, err
	}
	return list(ctx, s.reader, value[string], `SELECT g.login FROM users u JOIN github_accounts g ON g.user_id = u.id
		WHERE u.login IN (SELECT value FROM json_each(?)) AND g.host = ? ORDER BY g.login`, names, host)
}

// ReceiveGitHubPush stores a push that GitHub announced, in the outbox. It returns false if the
// announcement was received before.
func (s *GitHubTables) ReceiveGitHubPush(ctx context.Context, p schema.GitHubPush) (fresh bool, err error) {
	body, err := encode(p)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, "receive a push of GitHub", func(t *tx) error {
		if fresh, err = t.receiveGitHub(ctx, p.Delivery, p.ReceivedAt, p.RepositoryID, p.PushedAt); err != nil || !fresh {
			return err
		}
		if err := t.noteVisibility(ctx, p.RepositoryID, p.Public, p.PushedAt); err != nil {
			return err
		}
		return s.enqueue(ctx, t, schema.Outgoing{Kind: schema.OutgoingGitHubPush, Key: p.Delivery, Receiver: fmt.Sprint(p.RepositoryID), Body: []byte(body), Due: p.ReceivedAt})
	})
	return fresh, err
}

// ReceiveGitHubVisibility stores an announced change of who may read a repository. It returns false
// if the announcement was received before.
func (s *GitHubTables) ReceiveGitHubVisibility(ctx context.Context, v schema.GitHubVisibility) (fresh bool, err error) {
	err = s.write(ctx, "receive a visibility of GitHub", func(t *tx) error {
		if fresh, err = t.receiveGitHub(ctx, v.Delivery, v.ReceivedAt, v.RepositoryID, time.Time{}); err != nil || !fresh {
			return err
		}
		return t.noteVisibility(ctx, v.RepositoryID, v.Public, v.ChangedAt)
	})
	return fresh, err
}

// receiveGitHub stores the id of an announcement. It returns false if the announcement was received
// before. pushed is zero for an announcement that is not of a push.
func (t *tx) receiveGitHub(ctx context.Context, delivery string, received time.Time, repository int64, pushed time.Time) (bool, error) {
	if _, err := t.exec(ctx, `DELETE FROM github_deliveries WHERE received_at < ?`, micros(received.Add(-deliveryMemory))); err != nil {
		return false, err
	}
	n, err := t.exec(ctx, `INSERT INTO github_deliveries (delivery, received_at, repository_id, pushed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		delivery, micros(received), repository, micros(pushed))
	return n > 0, err
}

// noteVisibility stores whether everybody may read a repository, as an announcement of a push or of
// a change says; the push may be refused. An announcement of what happened at GitHub before the last
// known one changes nothing. Of two in an unknown order, the one that says public counts, because
// grades must not become public.
func (t *tx) noteVisibility(ctx context.Context, repository int64, public bool, at time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO github_repositories AS g (repository_id, public, pushed_at) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET public = excluded.public, pushed_at = max(g.pushed_at, excluded.pushed_at)
		WHERE excluded.pushed_at > g.pushed_at OR excluded.public AND (excluded.pushed_at IN (0, g.pushed_at) OR g.pushed_at = 0)`,
		repository, public, micros(at))
	return err
}

// PublicAtGitHub reports whether everybody may read a repository, as its latest announcement
// says. It returns true for an unknown repository, because grades must not become public.
func (s *GitHubTables) PublicAtGitHub(ctx context.Context, repository int64) (bool, error) {
	return one(ctx, s.reader, value[bool], `SELECT coalesce((SELECT public FROM github_repositories WHERE repository_id = ?), 1)`, repository)
}

// LaterGitHubPush reports whether a later push to the repository was accepted already.
func (s *GitHubTables) LaterGitHubPush(ctx context.Context, p schema.GitHubPush) (bool, error) {
	if p.PushedAt.IsZero() {
		return false, nil
	}
	return one(ctx, s.reader, value[bool], `SELECT EXISTS (SELECT 1 FROM github_deliveries WHERE repository_id = ? AND pushed_at > ? AND accepted = 1)`, p.RepositoryID, micros(p.PushedAt))
}

// AcceptGitHubPush records that an announced push became a push to this server.
func (s *GitHubTables) AcceptGitHubPush(ctx context.Context, p schema.GitHubPush) error {
	return s.write(ctx, "accept a push of GitHub", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE github_deliveries SET accepted = 1 WHERE delivery = ?`, p.Delivery)
		return err
	})
}

// ReceivedGitHub returns the set of the given announcements that were received.
func (s *GitHubTables) ReceivedGitHub(ctx context.Context, deliveries []string) (map[string]bool, error) {
	ids, err := encode(deliveries)
	if err != nil {
		return nil, err
	}
	known, err := list(ctx, s.reader, value[string], `SELECT delivery FROM github_deliveries WHERE delivery IN (SELECT value FROM json_each(?))`, ids)
	received := make(map[string]bool, len(known))
	for _, id := range known {
		received[id] = true
	}
	return received, err
}

// AddGitHubCommit records the assignment and the owner of a commit at GitHub; owner "" means the
// assignment's tests. From then on GitHub gets a status for the commit. The name of the repository
// is also stored for its earlier commits.
func (s *GitHubTables) AddGitHubCommit(ctx context.Context, c schema.GitHubCommit, assignment int64, owner string) error {
	return s.write(ctx, "add a commit of GitHub", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO github_commits (repository_id, commit_hash, repository, installation, assignment_id, owner) VALUES (?, ?, ?, ?, nullif(?, 0), ?)
			ON CONFLICT DO UPDATE SET repository = excluded.repository, installation = excluded.installation, assignment_id = excluded.assignment_id, owner = excluded.owner`,
			c.RepositoryID, c.Commit, c.Repository, c.Installation, assignment, owner)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `UPDATE github_commits SET repository = ?1 WHERE repository_id = ?2 AND repository <> ?1`, c.Repository, c.RepositoryID)
		return err
	})
}

// EnqueueGitHubStatus adds a status of a commit to the outbox. It replaces an undelivered status of the same commit.
func (s *GitHubTables) EnqueueGitHubStatus(ctx context.Context, status schema.GitHubStatus) error {
	return s.write(ctx, "enqueue a status", func(t *tx) error { return t.enqueueStatus(ctx, s.clock(), status) })
}

func (t *tx) enqueueStatus(ctx context.Context, now time.Time, status schema.GitHubStatus) error {
	body, err := encode(status)
	if err != nil {
		return err
	}
	organisation, _, _ := strings.Cut(status.Repository, "/")
	return t.enqueue(ctx, now, schema.Outgoing{
		Kind: schema.OutgoingGitHubStatus, Key: fmt.Sprintf("%d/%s", status.RepositoryID, status.Commit), Receiver: strings.ToLower(organisation), Body: []byte(body),
	})
}

func scanGitHubStatus(r row) (g schema.GitHubStatus, err error) {
	n := &g.Submission
	err = r.Scan(&g.Repository, &g.RepositoryID, &g.Installation, &g.Commit, &n.Course, &n.Assignment, &n.Owner, &n.Number)
	return g, err
}

// tellGitHub enqueues the statuses for a job of a submission or of tests that has ended.
func (t *tx) tellGitHub(ctx context.Context, now time.Time, job int64) error {
	all, err := list(ctx, t, scanGitHubStatus, `SELECT g.repository, g.repository_id, g.installation, g.commit_hash, c.code, a.name, s.owner, s.number
			FROM jobs j JOIN submissions s ON s.id = j.submission_id AND s.job_id = j.id JOIN github_commits g ON g.assignment_id = s.assignment_id AND g.owner = s.owner AND g.commit_hash = s.commit_hash
			JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id WHERE j.id = ?1
		UNION ALL SELECT g.repository, g.repository_id, g.installation, g.commit_hash, c.code, a.name, '', 0
			FROM jobs j JOIN versions v ON v.id = j.version_id JOIN github_commits g ON g.assignment_id = v.assignment_id AND g.owner = '' AND g.commit_hash = v.commit_hash
			JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id WHERE j.id = ?1 AND j.kind = 'gate'`, job)
	if err != nil {
		return err
	}
	for _, status := range all {
		if status.Submission.Owner == "" {
			status.Tests, status.Submission = status.Submission.Course+"/"+status.Submission.Assignment, schema.SubmissionName{}
		}
		if err := t.enqueueStatus(ctx, now, status); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return t.tellOthers(ctx, now, job)
}

func scanTold(r row) (w told, err error) {
	err = r.Scan(&w.course, &w.assignment, &w.owner)
	return w, err
}

// told identifies the owner and the assignment of graded work.
type told struct {
	course, assignment int64
	owner              string
}

// tellOthers enqueues the statuses of an owner's other submissions after one was graded, because
// the status of the counting submission shows the changes to the grade.
func (t *tx) tellOthers(ctx context.Context, now time.Time, job int64) error {
	all, err := list(ctx, t, scanTold, `SELECT a.course_id, a.id, s.owner FROM jobs j JOIN submissions s ON s.id = j.submission_id JOIN assignments a ON a.id = s.assignment_id WHERE j.id = ?`, job)
	if err != nil {
		return err
	}
	for _, w := range all {
		g, err := grade(ctx, t, w.assignment, w.owner)
		if err != nil {
			return err
		}
		if course.Changes(g) == "" {
			continue
		}
		if err := t.tellGitHubAgain(ctx, now, w.course, w.assignment, w.owner); err != nil {
			return err
		}
	}
	return nil
}

// tellGitHubAgain enqueues the statuses of submissions in a course, because their owners may see
// something else now. Assignment 0 means all, and owner "" means everybody. An unchanged status
// is not written to GitHub again.
func (t *tx) tellGitHubAgain(ctx context.Context, now time.Time, courseID, assignment int64, owner string) error {
	all, err := list(ctx, t, scanGitHubStatus, `SELECT g.repository, g.repository_id, g.installation, g.commit_hash, c.code, a.name, g.owner,
			(SELECT max(s.number) FROM submissions s WHERE s.assignment_id = g.assignment_id AND s.owner = g.owner AND s.commit_hash = g.commit_hash) AS latest
		FROM courses c JOIN assignments a ON a.course_id = c.id JOIN github_commits g ON g.assignment_id = a.id
		WHERE c.id = ?1 AND (?2 = 0 OR a.id = ?2) AND (?3 = '' OR g.owner = ?3
			OR g.owner = (SELECT m.team FROM seats m WHERE m.assignment_id = a.id AND m.login = ?3 AND m.left_at = 0)) AND g.owner <> '' AND latest > 0`, courseID, assignment, owner)
	if err != nil {
		return err
	}
	for _, status := range all {
		if err := t.enqueueStatus(ctx, now, status); err != nil {
			return err
		}
	}
	return nil
}

// ToldGitHub returns the identifier of the last status of a commit, "" for none.
func (s *GitHubTables) ToldGitHub(ctx context.Context, c schema.GitHubCommit) (string, error) {
	told, err := list(ctx, s.reader, value[string], `SELECT told FROM github_commits WHERE repository_id = ? AND commit_hash = ?`, c.RepositoryID, c.Commit)
	if err != nil || len(told) == 0 {
		return "", err
	}
	return told[0], nil
}

// TellGitHub records the identifier of the last status of a commit.
func (s *GitHubTables) TellGitHub(ctx context.Context, c schema.GitHubCommit, told string) error {
	return s.write(ctx, "record a status", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO github_commits (repository_id, commit_hash, repository, installation, told) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET told = excluded.told`, c.RepositoryID, c.Commit, c.Repository, c.Installation, told)
		return err
	})
}
