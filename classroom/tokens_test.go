package classroom_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

func (b *bundle) newToken(login, name string, scope schema.Scope) classroom.CreatedToken {
	b.t.Helper()
	made, err := b.Tokens.Create(b.t.Context(), b.actors[login], classroom.NewToken{Name: name, Scope: scope})
	check(b.t, err)
	return made
}

// login returns the login of a token's person, or "" if the token is not accepted.
func (b *bundle) login(secret string) string {
	b.t.Helper()
	by, _, err := b.Tokens.Authenticate(b.t.Context(), secret)
	if err != nil {
		refused(b.t, err, schema.CodeUnauthenticated)
		return ""
	}
	return by.User.Login
}

// TestTokenSignsIn creates tokens, uses them, and ends them in every way.
func TestTokenSignsIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	made := b.newToken("alice", "laptop", schema.ScopeRead)
	if !strings.HasPrefix(made.Secret, "grader_") || len(made.Secret) < 33 {
		t.Errorf("secret %q", made.Secret)
	}
	by, token, err := b.Tokens.Authenticate(t.Context(), made.Secret)
	check(t, err)
	if by.User.Login != "alice" || by.Channel != schema.ChannelAPI || by.Key != b.actors["alice"].Key || token.Scope != schema.ScopeRead {
		t.Errorf("acts as %+v with %+v", by, token)
	}
	for _, wrong := range []string{"", "grader_", strings.ToLower(made.Secret), made.Secret + "A", made.Secret[1:], " " + made.Secret} {
		if who := b.login(wrong); who != "" {
			t.Errorf("%q signs %s in", wrong, who)
		}
	}
	all, err := b.Tokens.List(t.Context(), b.actors["alice"], "")
	check(t, err)
	if len(all) != 1 || all[0].Name != "laptop" || all[0].UsedAt.IsZero() || !all[0].ExpiresAt.Equal(made.ExpiresAt) {
		t.Errorf("listed %+v", all)
	}
	b.pass(classroom.TokenLife)
	_, _, err = b.Tokens.Authenticate(t.Context(), made.Secret)
	refused(t, err, schema.CodeUnauthenticated, "the token laptop has expired; make a new one over ssh: token create laptop")
	b.newToken("alice", "laptop", schema.ScopeRead) // replaces the expired one

	ends := map[string]func() error{
		"revoked": func() error { _, err := b.Tokens.Revoke(t.Context(), b.actors["bob"], "", "t"); return err },
		"revoked by an administrator": func() error {
			_, err := b.Tokens.Revoke(t.Context(), b.actors["root"], "bob", "t")
			return err
		},
		"account disabled": func() error {
			if _, err := b.Accounts.SetDisabled(t.Context(), b.actors["root"], "bob", true); err != nil {
				return err
			}
			_, err := b.Accounts.SetDisabled(t.Context(), b.actors["root"], "bob", false)
			return err
		},
		"signed out everywhere": func() error { _, err := b.Accounts.SignOut(t.Context(), b.actors["bob"], ""); return err },
	}
	for how, end := range ends {
		secret := b.newToken("bob", "t", schema.ScopeWrite).Secret
		if who := b.login(secret); who != "bob" {
			t.Errorf("before it is %s, it signs %q in", how, who)
		}
		check(t, end())
		if who := b.login(secret); who != "" {
			t.Errorf("%s, and it still signs %s in", how, who)
		}
	}
	b.newToken("bob", "t", schema.ScopeWrite)
	ended, err := b.Tokens.Revoke(t.Context(), b.actors["bob"], "", "t")
	check(t, err)
	last := b.revoked[len(b.revoked)-1]
	if last.Token != ended.ID || last.User != b.actors["bob"].User.ID || last.Key != "" {
		t.Errorf("told %+v", last)
	}
}

// TestTokenMisuse tries to create tokens that are not allowed.
func TestTokenMisuse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	secret := b.newToken("root", "ci", schema.ScopeAdmin).Secret
	byToken, _, err := b.Tokens.Authenticate(t.Context(), secret)
	check(t, err)
	for _, c := range []struct {
		what string
		by   schema.Actor
		n    classroom.NewToken
		code schema.Code
		says string
	}{
		{"no name", b.actors["alice"], classroom.NewToken{Scope: schema.ScopeRead}, schema.CodeInvalid, "token"},
		{"a name with a slash", b.actors["alice"], classroom.NewToken{Name: "a/b", Scope: schema.ScopeRead}, schema.CodeInvalid, "a/b"},
		{"too long a life", b.actors["alice"], classroom.NewToken{Name: "x", Scope: schema.ScopeRead, Life: classroom.MaxTokenLife + 1}, schema.CodeInvalid, "at most 366 days"},
		{"a life before now", b.actors["alice"], classroom.NewToken{Name: "x", Scope: schema.ScopeRead, Life: -1}, schema.CodeInvalid, "more than nothing"},
		{"a taken name", b.actors["root"], classroom.NewToken{Name: "ci", Scope: schema.ScopeRead}, schema.CodeConflict, "root has a token ci already"},
		{"a student's admin token", b.actors["alice"], classroom.NewToken{Name: "x", Scope: schema.ScopeAdmin}, schema.CodeForbidden, "only an administrator"},
		{"a token by a token", byToken, classroom.NewToken{Name: "x", Scope: schema.ScopeRead}, schema.CodeForbidden, "cannot make another token"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := b.Tokens.Create(t.Context(), c.by, c.n)
			refused(t, err, c.code, c.says)
		})
	}
	_, err = b.Tokens.List(t.Context(), b.actors["bob"], "alice")
	refused(t, err, schema.CodeForbidden)
	_, err = b.Tokens.Revoke(t.Context(), b.actors["bob"], "root", "ci")
	refused(t, err, schema.CodeForbidden)
	_, err = b.Tokens.Revoke(t.Context(), b.actors["alice"], "", "ci")
	refused(t, err, schema.CodeNotFound, `alice has no token "ci"`)
	for i := range 50 {
		b.newToken("eve", "t"+string(rune('a'+i/26))+string(rune('a'+i%26)), schema.ScopeRead)
	}
	_, err = b.Tokens.Create(t.Context(), b.actors["eve"], classroom.NewToken{Name: "more", Scope: schema.ScopeRead})
	refused(t, err, schema.CodeLimit, "eve has 50 tokens")
}

// TestTokenAudit checks the audit entries of a token, and that its secret is nowhere in the database.
func TestTokenAudit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "grader.db")
	st, err := store.Open(t.Context(), path, store.Options{})
	check(t, err)
	user, err := st.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice"})
	check(t, err)
	room := classroom.New(classroom.Options{Store: st})
	alice := schema.Actor{User: user, Channel: schema.ChannelSSH}
	made, err := room.Tokens.Create(t.Context(), alice, classroom.NewToken{Name: "laptop", Scope: schema.ScopeWrite, Life: time.Hour})
	check(t, err)
	_, err = room.Tokens.Revoke(t.Context(), schema.Operator(), "alice", "laptop")
	check(t, err)
	log, err := st.AuditLog(t.Context(), schema.AuditQuery{Action: "token", Limit: 10})
	check(t, err)
	if len(log) != 2 || log[1].Action != "token.create" || log[1].Actor != "alice" || log[1].Subject != "alice" || !strings.HasPrefix(log[1].Detail, "token laptop, scope write, until ") ||
		log[0].Action != "token.revoke" || log[0].Actor != "operator" || log[0].Subject != "alice" {
		t.Errorf("audit log %+v", log)
	}
	again, err := room.Tokens.Create(t.Context(), alice, classroom.NewToken{Name: "laptop", Scope: schema.ScopeWrite})
	check(t, err)
	check(t, st.Close())
	db, err := sql.Open("sqlite", path)
	check(t, err)
	defer db.Close()
	for _, secret := range []string{made.Secret, again.Secret, strings.TrimPrefix(again.Secret, "grader_")} {
		var n int
		check(t, db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM api_tokens WHERE instr(hash, ?1) OR name = ?1) + (SELECT count(*) FROM audit WHERE instr(detail, ?1))`, secret).Scan(&n))
		if n != 0 {
			t.Errorf("%q stands in the database", secret)
		}
	}
}

// TestParseLife parses lifetimes of tokens.
func TestParseLife(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": 0, "90d": 90 * 24 * time.Hour, "1d": 24 * time.Hour, "12h": 12 * time.Hour, "366d": classroom.MaxTokenLife} {
		if got, err := classroom.ParseLife(text); err != nil || got != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"0d", "-1d", "367d", "d", "90", "1y", "-5h", "99999h", "99999999999d"} {
		_, err := classroom.ParseLife(text)
		refused(t, err, schema.CodeInvalid, "90d")
	}
}
