package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// Link is a one-time link that signs a browser in.
type Link struct {
	Token   string // the last part of its address
	Expires time.Time
}

// Path returns the link's path on the site.
func (l Link) Path() string { return "-/login/" + l.Token }

// SignInLink makes a link that signs a browser in as an account; login "" is the
// actor's own. It ends with the key by which it was asked for.
func (a *Accounts) SignInLink(ctx context.Context, by schema.Actor, login string) (Link, error) {
	user, err := a.account(ctx, by, login)
	if err != nil {
		return Link{}, err
	}
	l := Link{Expires: a.clock().Add(LinkLife)}
	l.Token, err = a.store.NewLoginToken(ctx, by, user, l.Expires)
	return l, err
}

// SignIn spends a sign-in link.
func (a *Accounts) SignIn(ctx context.Context, token string) (schema.SignIn, error) {
	return a.store.RedeemLogin(ctx, token, a.clock())
}

// SignOut ends every browser session of an account, with its unused links and codes, and
// closes its open connections; login "" is the actor's own. Its keys stay.
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
