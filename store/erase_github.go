package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// gitHub removes the rows that name the person's repositories at GitHub: commits, ids, and outbox
// entries of pushes, including refused and given-up ones. In refusals of other people's pushes and in the
// person's pushes to repositories of teams it replaces the person's names by the alias.
func (e *erasure) gitHub(ctx context.Context) error {
	if err := e.commits(ctx); err != nil {
		return err
	}
	entries, err := list(ctx, e, scanOutboxEntry, `SELECT id, kind, entry_key, receiver, body, token, made_at, due_at, attempts, last_error, failed_at, 0 FROM outbox WHERE kind IN (?, ?)`,
		schema.OutgoingGitHubPush, schema.OutgoingGitHubStatus)
	if err != nil {
		return err
	}
	var waiting []int64 // repositories of the remaining entries
	for _, entry := range entries {
		is, kept, err := e.gitHubEntry(ctx, entry)
		if err != nil {
			return err
		}
		if kept {
			waiting = append(waiting, is.RepositoryID)
		} else {
			e.left = append(e.left, is.RepositoryID)
		}
	}
	return e.repositories(ctx, waiting)
}

// repositories removes the ids of the person's repositories, with which GitHub would find their
// names. A private repository without commits and entries may be the person's, so its id is removed too. A
// public one stays: if it were forgotten, a late announcement could make it private. waiting are the ids of
// repositories with entries.
func (e *erasure) repositories(ctx context.Context, waiting []int64) error {
	left, err := encode(e.left)
	if err != nil {
		return err
	}
	ids, err := encode(waiting)
	if err != nil {
		return err
	}
	if _, err := e.exec(ctx, `DELETE FROM github_repositories WHERE repository_id NOT IN (SELECT repository_id FROM github_commits)
		AND repository_id NOT IN (SELECT value FROM json_each(?2)) AND (public = 0 OR repository_id IN (SELECT value FROM json_each(?1)))`, left, ids); err != nil {
		return err
	}
	// Deliveries stay, so that a repeated one does nothing.
	if _, err := e.exec(ctx, `UPDATE github_deliveries SET repository_id = 0 WHERE repository_id NOT IN (SELECT repository_id FROM github_repositories)`); err != nil {
		return err
	}
	_, err = e.exec(ctx, `DELETE FROM outbox_pauses WHERE kind = ? AND receiver NOT IN (SELECT CAST(repository_id AS TEXT) FROM github_repositories)`, schema.OutgoingGitHubPush)
	return err
}

// gitHubEntry removes or edits one outbox entry about GitHub. It removes an entry that cannot be
// decoded: nobody can deliver it or say whom it is about. It returns the entry and whether it stays.
func (e *erasure) gitHubEntry(ctx context.Context, entry schema.OutboxEntry) (is schema.GitHubStatus, kept bool, err error) {
	var push schema.GitHubPush
	if entry.Kind == schema.OutgoingGitHubPush {
		err = json.Unmarshal(entry.Body, &push)
		is = schema.GitHubStatus{GitHubCommit: push.GitHubCommit, SenderID: push.SenderID}
	} else {
		err = json.Unmarshal(entry.Body, &is)
	}
	if err != nil {
		return is, false, e.deleteEntry(ctx, entry)
	}
	theirs, err := e.isTheirs(ctx, is)
	if err != nil {
		return is, false, err
	}
	if !theirs {
		return is, true, e.editRefusal(ctx, entry, is)
	}
	team, err := e.ofTeam(ctx, is)
	if err != nil {
		return is, false, err
	}
	if !team {
		return is, false, e.deleteEntry(ctx, entry)
	}
	return is, true, e.editSender(ctx, entry, is, push)
}

func (e *erasure) deleteEntry(ctx context.Context, entry schema.OutboxEntry) error {
	_, err := e.exec(ctx, `DELETE FROM outbox WHERE id = ?`, entry.ID)
	return err
}

// editRefusal replaces the person's names in the refusal of another person's push.
func (e *erasure) editRefusal(ctx context.Context, entry schema.OutboxEntry, is schema.GitHubStatus) error {
	refused := e.withoutNames(is.Refused, e.named)
	if refused == is.Refused {
		return nil
	}
	is.Refused = refused
	return e.replaceEntry(ctx, entry, is, entry.LastError)
}

// editSender replaces the person by the alias in an entry about their push into a team's repository. The delivery
// of a waiting push then tells the rest of the team that the push was refused. Only one of is and push is stored.
func (e *erasure) editSender(ctx context.Context, entry schema.OutboxEntry, is schema.GitHubStatus, push schema.GitHubPush) error {
	failure := e.withoutNames(entry.LastError, e.named)
	if e.namedGitHub != nil {
		failure = e.withoutNames(failure, e.namedGitHub)
		is.Refused = e.unlinked.ReplaceAllString(is.Refused, "GitHub account "+e.alias+" is not linked")
	}
	is.Refused, is.SenderID = e.withoutNames(is.Refused, e.named), 0
	push.Sender, push.SenderID = e.alias, 0
	if entry.Kind == schema.OutgoingGitHubPush {
		return e.replaceEntry(ctx, entry, push, failure)
	}
	return e.replaceEntry(ctx, entry, is, failure)
}

// replaceEntry replaces the body and the last error of an outbox entry.
func (e *erasure) replaceEntry(ctx context.Context, entry schema.OutboxEntry, is any, failure string) error {
	body, err := encode(is)
	if err != nil {
		return err
	}
	_, err = e.exec(ctx, `UPDATE outbox SET body = ?, last_error = ? WHERE id = ?`, []byte(body), failure, entry.ID)
	return err
}

// isTheirs reports whether an entry about GitHub is about the person's work, repository or
// account. An entry about another person's work or account is not, even if the name of the
// repository ends like one of the person's. A GitHub login can be an ordinary word, so a refusal
// that was stored without its sender must name the login as that of the account.
func (e *erasure) isTheirs(ctx context.Context, is schema.GitHubStatus) (bool, error) {
	if slices.Contains(e.accounts.ids, is.SenderID) || is.Submission.Owner == e.user.Login {
		return true, nil
	}
	if e.ownRepository(is.Repository) {
		others, err := e.ofOthers(ctx, is)
		return !others, err
	}
	return is.SenderID == 0 && e.unlinked != nil && e.unlinked.MatchString(is.Refused), nil
}

// ofTeam reports whether an entry of the person belongs to a team: its repository is named after the team with a
// longer name than the person's. If the names are equal, it belongs to a team that the person was in.
func (e *erasure) ofTeam(ctx context.Context, is schema.GitHubStatus) (bool, error) {
	if is.Submission.Owner == e.user.Login {
		return false, nil
	}
	return one(ctx, e, value[bool], `SELECT EXISTS (SELECT 1 FROM teams t WHERE lower(substr(?1, -length(t.name) - 1)) = '-' || lower(t.name)
		AND (length(t.name) > ?2 OR length(t.name) = ?2 AND EXISTS (SELECT 1 FROM seats m WHERE m.assignment_id = t.assignment_id AND m.team = t.name AND m.login = ?3)))`,
		is.Repository, e.ownName(is.Repository), e.user.Login)
}

// ofOthers reports whether the repository of an entry may belong to another person or to a team. It may
// if it is named after them with a name at least as long as the person's: a1-ada-ng belongs to ada-ng and not
// to ng. A former login at GitHub counts for the owner of the entry's work, or for the person who
// pushed. A push of staff into the person's own repository does not make it theirs.
func (e *erasure) ofOthers(ctx context.Context, is schema.GitHubStatus) (bool, error) {
	own := e.ownName(is.Repository)
	longest, err := one(ctx, e, value[int], `SELECT coalesce(max(length(name)), 0) FROM (
			SELECT login AS name FROM users WHERE id <> ?2
			UNION ALL SELECT login FROM github_accounts WHERE user_id <> ?2
			UNION ALL SELECT name FROM teams)
		WHERE lower(substr(?1, -length(name) - 1)) = '-' || lower(name)`, is.Repository, e.user.ID)
	if err != nil || longest >= own {
		return true, err
	}
	owner := is.Submission.Owner
	if owner == "" {
		owners, err := list(ctx, e, value[string], `SELECT u.login FROM github_accounts g JOIN users u ON u.id = g.user_id WHERE g.github_id = ?`, is.SenderID)
		if err != nil || len(owners) == 0 {
			return false, err
		}
		owner = owners[0]
	}
	names, err := e.namesOf(ctx, owner)
	return slices.ContainsFunc(names, func(name string) bool { return len(name) >= own && namedAfter(is.Repository, name) }), err
}

// ownName returns the length of the longest name of the person that a repository is named after.
func (e *erasure) ownName(repository string) int {
	longest := 0
	for _, login := range e.logins() {
		if namedAfter(repository, login) {
			longest = max(longest, len(login))
		}
	}
	return longest
}

// namesOf returns the names with which a repository can belong to an owner: their login or their
// team's name, and their present and former logins at GitHub.
func (e *erasure) namesOf(ctx context.Context, owner string) ([]string, error) {
	names, err := list(ctx, e, value[string], `SELECT g.login FROM github_accounts g JOIN users u ON u.id = g.user_id WHERE u.login = ?`, owner)
	if err != nil {
		return nil, err
	}
	former, err := e.linkedGitHubLogins(ctx, owner)
	return append(append(names, former...), owner), err
}

// ownRepository reports whether the name of a repository ends with a name of the person.
func (e *erasure) ownRepository(repository string) bool {
	return slices.ContainsFunc(e.logins(), func(login string) bool { return namedAfter(repository, login) })
}

// namedAfter reports whether a repository is called …-LOGIN; case does not matter at GitHub.
func namedAfter(repository, login string) bool {
	return strings.HasSuffix(strings.ToLower(repository), "-"+strings.ToLower(login))
}

// logins returns the person's logins here and at GitHub.
func (e *erasure) logins() []string { return append([]string{e.user.Login}, e.accounts.logins...) }

// followed is a commit at GitHub that gets its status from the grading here.
type followed struct {
	repository          int64
	commit, name, owner string
	known               bool // the owner is known; false: its push was refused
}

func scanFollowed(r row) (f followed, err error) {
	err = r.Scan(&f.repository, &f.commit, &f.name, &f.owner, &f.known)
	return f, err
}

// commits removes the commits of the person's work, and the commits in repositories named after
// the person. It keeps the commits in a repository of another owner whose login only ends like
// the person's.
func (e *erasure) commits(ctx context.Context) error {
	all, err := list(ctx, e, scanFollowed, `SELECT repository_id, commit_hash, repository, owner, assignment_id IS NOT NULL FROM github_commits`)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.owner != e.user.Login && !e.ownRepository(c.name) {
			continue
		}
		others, err := e.others(ctx, c)
		if err != nil {
			return err
		}
		if others {
			continue
		}
		if _, err := e.exec(ctx, `DELETE FROM github_commits WHERE repository_id = ? AND commit_hash = ?`, c.repository, c.commit); err != nil {
			return err
		}
		e.left = append(e.left, c.repository)
	}
	return nil
}

// others reports whether a repository holds another owner's work and is named after that owner:
// a1-ada-ng belongs to ada-ng and not to ng.
func (e *erasure) others(ctx context.Context, c followed) (bool, error) {
	if !c.known || c.owner == "" || c.owner == e.user.Login {
		return false, nil
	}
	names, err := e.namesOf(ctx, c.owner)
	return slices.ContainsFunc(names, func(name string) bool { return namedAfter(c.name, name) }), err
}

// gitHubAccounts holds the ids and logins of a person's GitHub accounts.
type gitHubAccounts struct {
	ids    []int64
	logins []string // with former ones
}

// formerGitHubLogins returns the logins at GitHub that the audit log has of the person's linked
// accounts, which may have been renamed or unlinked since. It leaves out the current logins of other
// people's accounts.
func (e *erasure) formerGitHubLogins(ctx context.Context) ([]string, error) {
	logins, err := e.linkedGitHubLogins(ctx, e.user.Login)
	if err != nil {
		return nil, err
	}
	others, err := list(ctx, e, value[string], `SELECT lower(login) FROM github_accounts WHERE user_id <> ?`, e.user.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(logins, func(login string) bool {
		return login == e.alias || slices.Contains(e.accounts.logins, login) || slices.Contains(others, strings.ToLower(login))
	}), nil
}

// linkedGitHubLogins returns the logins at GitHub that the audit log has of a person's linked
// accounts.
func (e *erasure) linkedGitHubLogins(ctx context.Context, login string) ([]string, error) {
	texts, err := list(ctx, e, value[string], `SELECT before_value || ' ' || after_value FROM audit WHERE action = 'user.link-github' AND subject = ?`, login)
	return strings.Fields(strings.Join(texts, " ")), err
}
