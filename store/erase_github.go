package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// gitHub removes the rows that name the person's repositories at GitHub: commits and outbox
// entries of pushes, including refused and given-up ones. In refusals of other people's pushes it
// replaces the person's names by the alias.
func (e *erasure) gitHub(ctx context.Context) error {
	if err := e.commits(ctx); err != nil {
		return err
	}
	entries, err := list(ctx, e, scanOutboxEntry, `SELECT id, kind, entry_key, receiver, body, token, made_at, due_at, attempts, last_error, failed_at, 0 FROM outbox WHERE kind IN (?, ?)`,
		schema.OutgoingGitHubPush, schema.OutgoingGitHubStatus)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := e.gitHubEntry(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// gitHubEntry removes or edits one outbox entry about GitHub.
func (e *erasure) gitHubEntry(ctx context.Context, entry schema.OutboxEntry) error {
	var is schema.GitHubStatus // a push has the fields repository and sender_id too
	if err := json.Unmarshal(entry.Body, &is); err != nil {
		return err
	}
	theirs, err := e.isTheirs(ctx, is)
	if err != nil {
		return err
	}
	if theirs {
		_, err := e.exec(ctx, `DELETE FROM outbox WHERE id = ?`, entry.ID)
		return err
	}
	refused := e.withoutNames(is.Refused, e.named)
	if refused == is.Refused {
		return nil
	}
	is.Refused = refused
	body, err := encode(is)
	if err != nil {
		return err
	}
	_, err = e.exec(ctx, `UPDATE outbox SET body = ? WHERE id = ?`, []byte(body), entry.ID)
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

// ofOthers reports whether an entry is about the work of another owner, or about a push by an
// account that is linked to another person.
func (e *erasure) ofOthers(ctx context.Context, is schema.GitHubStatus) (bool, error) {
	if is.Submission.Owner != "" && is.Submission.Owner != e.user.Login {
		return true, nil
	}
	return one(ctx, e, value[bool], `SELECT EXISTS (SELECT 1 FROM github_accounts WHERE github_id = ? AND user_id <> ?)`, is.SenderID, e.user.ID)
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
	}
	return nil
}

// others reports whether a repository holds another owner's work and is named after that owner:
// a1-ada-ng belongs to ada-ng and not to ng.
func (e *erasure) others(ctx context.Context, c followed) (bool, error) {
	if !c.known || c.owner == "" || c.owner == e.user.Login {
		return false, nil
	}
	names, err := list(ctx, e, value[string], `SELECT g.login FROM github_accounts g JOIN users u ON u.id = g.user_id WHERE u.login = ?`, c.owner)
	if err != nil {
		return false, err
	}
	former, err := e.linkedGitHubLogins(ctx, c.owner)
	names = append(append(names, former...), c.owner)
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
