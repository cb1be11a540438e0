package course

import (
	"time"

	"github.com/grader/grader/schema"
)

// MayCreateToken decides whether a person may create an API token of a scope for their own account.
// A token cannot create another token, which would outlast it.
func MayCreateToken(by schema.Actor, scope schema.Scope) error {
	switch {
	case by.User.ID == 0:
		return schema.Errorf(schema.CodeForbidden, "a token belongs to an account, and the operator has none; its owner makes it over ssh: token create NAME")
	case by.Channel == schema.ChannelAPI:
		return schema.Errorf(schema.CodeForbidden, "a token cannot make another token; make it on the site, at /-/tokens, or over ssh: token create NAME")
	case scope == schema.ScopeAdmin && !by.User.Admin:
		return schema.Errorf(schema.CodeForbidden, "only an administrator may make a token of scope admin; use read or write")
	}
	return MayEnter(by.User)
}

// MayUseToken decides whether a token still authenticates its person; the error is
// CodeUnauthenticated.
func MayUseToken(t schema.APIToken, user schema.User, now time.Time) error {
	switch {
	case !now.Before(t.ExpiresAt):
		return schema.Errorf(schema.CodeUnauthenticated, "the token %s has expired; make a new one over ssh: token create %s", t.Name, t.Name)
	case user.Disabled:
		return schema.Errorf(schema.CodeUnauthenticated, "the account %s is disabled; ask the staff of your course", user.Login)
	}
	return nil
}

// MayWithScope decides whether a token's scope is sufficient; the error is CodeForbidden. The
// person's own permission is checked separately.
func MayWithScope(has, needed schema.Scope) error {
	if has.Includes(needed) {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "this token has the scope %s, and this needs %s; make another token over ssh: token create NAME --scope %s", has, needed, needed)
}

// MayActAsAdministrator decides whether an actor may do what only administrators may. An administrator's token
// needs the scope admin for it; the error is CodeForbidden.
func MayActAsAdministrator(by schema.Actor) error {
	if err := MayAdminister(by.User); err != nil || by.Scope == "" {
		return err
	}
	return MayWithScope(by.Scope, schema.ScopeAdmin)
}
