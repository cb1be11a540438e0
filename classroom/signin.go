package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Link is a one-time link that signs a browser in.
type Link struct {
	Token   string // the last part of its address
	Expires time.Time
}

// Path returns the link's path on the site.
func (l Link) Path() string { return "-/login/" + l.Token }

// SignInLink creates a link that signs a browser in as an account; login "" means the
// actor's own. Removing the key that requested the link also ends the link.
func (a *Accounts) SignInLink(ctx context.Context, by schema.Actor, login string) (Link, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return Link{}, err
	}
	l := Link{Expires: a.clock().Add(LinkLife)}
	l.Token, err = a.store.NewLoginToken(ctx, by, user, l.Expires)
	return l, err
}

// SignIn uses up a sign-in link.
func (a *Accounts) SignIn(ctx context.Context, token string) (schema.SignIn, error) {
	return a.store.RedeemLogin(ctx, token, a.clock())
}

// SignInAs returns the account of an identity from a sign-in service. way is the name of the
// service. It creates no account. It links an account at GitHub to the account here, which then
// owns its pushes. CodeRefused says why no account matches.
func (a *Accounts) SignInAs(ctx context.Context, is schema.Identity, rule schema.IdentityRule, way string) (schema.SignIn, error) {
	name, err := course.AccountOf(rule, is)
	if err != nil {
		return schema.SignIn{}, err
	}
	user, err := a.store.SignIn(ctx, schema.Actor{Channel: schema.ChannelWeb}, name, way)
	if err == nil && is.GitHub != nil && is.GitHub.ID != 0 {
		err = a.store.LinkGitHub(ctx, schema.Actor{User: user, Channel: schema.ChannelWeb}, user, *is.GitHub)
	}
	return schema.SignIn{User: user}, err
}

// Sessions lists the browser sessions of an account, latest use first; login "" means the
// actor's own.
func (a *Accounts) Sessions(ctx context.Context, by schema.Actor, login string) ([]schema.Session, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return nil, err
	}
	return a.store.Sessions(ctx, user.ID)
}

// EndSession ends one browser session of an account and its open connections; login ""
// means the actor's own. CodeNotFound: the account has no such session.
func (a *Accounts) EndSession(ctx context.Context, by schema.Actor, login, id string) error {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return err
	}
	if err := a.store.EndSession(ctx, by, user, id); err != nil {
		return err
	}
	a.revoked.tell(Revocation{User: user.ID, Session: id, Why: "that session was ended"})
	return nil
}

// SignOut ends every browser session and API token of an account, with its unused links and codes, and
// closes its open connections; login "" means the actor's own. Its keys stay.
func (a *Accounts) SignOut(ctx context.Context, by schema.Actor, login string) (schema.Ended, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return schema.Ended{}, err
	}
	ended, err := a.store.EndSessions(ctx, by, user)
	if err == nil {
		a.revoked.tell(Revocation{User: user.ID, Why: "all sessions of " + user.Login + " were ended"})
	}
	return ended, err
}
