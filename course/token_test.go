package course_test

import (
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestMayWithScope checks every pair of scopes: a scope includes itself and the ones before it.
func TestMayWithScope(t *testing.T) {
	t.Parallel()
	all := []schema.Scope{schema.ScopeRead, schema.ScopeWrite, schema.ScopeAdmin}
	for i, has := range all {
		for j, needed := range all {
			if got, want := course.MayWithScope(has, needed) == nil, i >= j; got != want {
				t.Errorf("scope %s for what needs %s: allowed %t, want %t", has, needed, got, want)
			}
		}
	}
	for _, pair := range [][2]schema.Scope{{"", ""}, {"", schema.ScopeRead}, {schema.ScopeAdmin, ""}, {"root", schema.ScopeRead}} {
		if code := schema.CodeOf(course.MayWithScope(pair[0], pair[1])); code != schema.CodeForbidden {
			t.Errorf("scope %q for what needs %q: code %q", pair[0], pair[1], code)
		}
	}
}

// TestMayCreateToken checks who may create which token over which channel.
func TestMayCreateToken(t *testing.T) {
	t.Parallel()
	user := func(u schema.User, c schema.Channel) schema.Actor { return schema.Actor{User: u, Channel: c} }
	alice, root := schema.User{ID: 1, Login: "alice"}, schema.User{ID: 2, Login: "root", Admin: true}
	closed := schema.User{ID: 3, Login: "carol", Disabled: true}
	for _, c := range []struct {
		what  string
		by    schema.Actor
		scope schema.Scope
		want  schema.Code
	}{
		{"a student's read token", user(alice, schema.ChannelSSH), schema.ScopeRead, ""},
		{"a student's write token", user(alice, schema.ChannelWeb), schema.ScopeWrite, ""},
		{"a student's admin token", user(alice, schema.ChannelSSH), schema.ScopeAdmin, schema.CodeForbidden},
		{"an administrator's admin token", user(root, schema.ChannelSSH), schema.ScopeAdmin, ""},
		{"a token made by a token", user(root, schema.ChannelAPI), schema.ScopeRead, schema.CodeForbidden},
		{"a token of a disabled account", user(closed, schema.ChannelSSH), schema.ScopeRead, schema.CodeRefused},
		{"a token of the operator", schema.Operator(), schema.ScopeAdmin, schema.CodeForbidden},
	} {
		if code := schema.CodeOf(course.MayCreateToken(c.by, c.scope)); code != c.want {
			t.Errorf("%s: code %q, want %q", c.what, code, c.want)
		}
	}
}

// TestMayUseToken checks that a token expires exactly at its end.
func TestMayUseToken(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)
	token := schema.APIToken{Name: "laptop", ExpiresAt: end}
	for _, c := range []struct {
		at       time.Time
		disabled bool
		want     schema.Code
	}{{end.Add(-time.Microsecond), false, ""}, {end, false, schema.CodeUnauthenticated}, {end.Add(-time.Hour), true, schema.CodeUnauthenticated}} {
		if code := schema.CodeOf(course.MayUseToken(token, schema.User{Disabled: c.disabled}, c.at)); code != c.want {
			t.Errorf("at %s, disabled %t: code %q, want %q", c.at, c.disabled, code, c.want)
		}
	}
}
