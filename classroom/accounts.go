package classroom

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Lifetimes of one-time secrets.
const (
	CodeLife = 14 * 24 * time.Hour // lifetime of a code that binds a key
	LinkLife = 10 * time.Minute    // lifetime of a link that signs a browser in
)

// AccountStore is the part of the store that the actions on accounts use. Each change is
// one transaction with its audit entry. Methods return CodeNotFound if nothing matches.
type AccountStore interface {
	// LinkGitHub links an account at GitHub to an account here.
	LinkGitHub(ctx context.Context, by schema.Actor, user schema.User, is schema.GitHubAccount) error
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Users returns every account, by login.
	Users(ctx context.Context) ([]schema.User, error)
	// AddUserWithCode creates an account with active keys, and a one-time code unless
	// expires is zero. CodeConflict: the login is taken, or a key is active elsewhere.
	AddUserWithCode(ctx context.Context, by schema.Actor, u schema.User, expires time.Time, keys ...schema.Key) (schema.User, string, error)
	// SetDisabled disables or enables an account. Disabling ends its sessions and secrets.
	SetDisabled(ctx context.Context, by schema.Actor, user schema.User, disabled bool) (schema.Ended, error)
	// EndSessions ends an account's browser sessions, API tokens and unused secrets.
	EndSessions(ctx context.Context, by schema.Actor, user schema.User) (schema.Ended, error)
	// Keys returns a user's keys, oldest first.
	Keys(ctx context.Context, user int64) ([]schema.Key, error)
	// AddKeys adds keys to an account. CodeConflict: a key exists already. CodeLimit: the
	// account has too many keys.
	AddKeys(ctx context.Context, by schema.Actor, user schema.User, keys ...schema.Key) error
	// AddPendingKey adds a key that has not authenticated yet, and returns a code that binds
	// only this key.
	AddPendingKey(ctx context.Context, by schema.Actor, user schema.User, k schema.Key, expires time.Time) (string, error)
	// RemoveKey removes a key and the sessions and secrets that it created, unless may refuses.
	RemoveKey(ctx context.Context, by schema.Actor, user schema.User, fingerprint string, may func(course.KeyRemoval) error) (schema.RemovedKey, error)
	// ExpireKey sets when a user's key expires, the zero time for never, unless may refuses.
	// CodeNotFound: the user has no such key.
	ExpireKey(ctx context.Context, by schema.Actor, user schema.User, fingerprint string, at time.Time, may func(course.KeyRemoval) error) (schema.Key, error)
	// ExpiredKeys returns the keys that have expired by now.
	ExpiredKeys(ctx context.Context, now time.Time) ([]schema.OwnedKey, error)
	// NewCode creates a one-time code that binds any key, or only the key forKey.
	NewCode(ctx context.Context, by schema.Actor, user schema.User, forKey string, expires time.Time) (string, error)
	// RedeemCode binds an authenticated key to the account of a code. CodeRefused: the code or
	// the key cannot be used.
	RedeemCode(ctx context.Context, by schema.Actor, code string, key schema.Key, at time.Time) (schema.User, error)
	// NewLoginToken creates the one-time token of a sign-in link.
	NewLoginToken(ctx context.Context, by schema.Actor, user schema.User, expires time.Time) (string, error)
	// RedeemLogin uses up the token of a sign-in link. CodeRefused: the token is unknown, used
	// or expired.
	RedeemLogin(ctx context.Context, token string, at time.Time) (schema.SignIn, error)
	// SignIn finds the account of an identity and records the sign-in. CodeRefused: no
	// account or several accounts match, or the account is disabled.
	SignIn(ctx context.Context, by schema.Actor, name schema.AccountName, way string) (schema.User, error)
	// Sessions returns an account's browser sessions that have not ended, latest use first.
	Sessions(ctx context.Context, user int64) ([]schema.Session, error)
	// EndSession ends one browser session of an account. CodeNotFound: the account has no
	// session with that id.
	EndSession(ctx context.Context, by schema.Actor, user schema.User, id string) error
}

// Accounts implements the actions on accounts, keys and ways to sign in.
type Accounts struct {
	store   AccountStore
	clock   func() time.Time
	revoked *Revocations
}

// NewUser describes an account to create.
type NewUser struct {
	Login, Name, Email string
	Admin              bool
	Code               bool     // create a one-time code that binds a key
	Keys               []string // texts of public key files
}

// AddedUser is a created account.
type AddedUser struct {
	Login   string    `json:"login"`
	Code    string    `json:"code,omitempty"`
	Expires time.Time `json:"code_expires,omitzero"` // expiry of the code
	Keys    []string  `json:"keys,omitempty"`        // fingerprints
}

// AddUser creates an account. Its keys are active at once, because an administrator adds them.
func (a *Accounts) AddUser(ctx context.Context, by schema.Actor, r NewUser) (AddedUser, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return AddedUser{}, err
	}
	if err := schema.Login(r.Login); err != nil {
		return AddedUser{}, err
	}
	keys, err := a.vouched(by, r.Keys...)
	if err != nil {
		return AddedUser{}, err
	}
	now := a.clock()
	added := AddedUser{Login: r.Login}
	if r.Code {
		added.Expires = now.Add(CodeLife)
	}
	user := schema.User{Login: r.Login, Name: r.Name, Email: r.Email, Admin: r.Admin, CreatedAt: now}
	if _, added.Code, err = a.store.AddUserWithCode(ctx, by, user, added.Expires, keys...); err != nil {
		return AddedUser{}, err
	}
	for _, k := range keys {
		added.Keys = append(added.Keys, k.Fingerprint)
	}
	return added, nil
}

// vouched parses public key files and returns active keys, without waiting for them to
// authenticate.
func (a *Accounts) vouched(by schema.Actor, texts ...string) ([]schema.Key, error) {
	var all []schema.Key
	for _, text := range texts {
		keys, err := ParseKeys(text)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	all = distinct(all)
	for i := range all {
		all[i].Active, all[i].AddedAt, all[i].AddedBy = true, a.clock(), by.Key
	}
	return all, nil
}

// Users lists every account, by login.
func (a *Accounts) Users(ctx context.Context, by schema.Actor) ([]schema.User, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return nil, err
	}
	return a.store.Users(ctx)
}

// SetDisabled disables an account or enables it again. Disabling ends its open connections.
func (a *Accounts) SetDisabled(ctx context.Context, by schema.Actor, login string, disabled bool) (schema.Ended, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return schema.Ended{}, err
	}
	user, err := a.store.UserByLogin(ctx, login)
	if err != nil {
		return schema.Ended{}, err
	}
	ended, err := a.store.SetDisabled(ctx, by, user, disabled)
	if err == nil && disabled {
		a.revoked.tell(Revocation{User: user.ID, Why: "the account " + login + " was disabled"})
	}
	return ended, err
}

// account returns an account that the actor may manage; login "" means the actor's own.
func (a *Accounts) account(ctx context.Context, by schema.Actor, login string) (schema.User, error) {
	user := by.User
	if login != "" && login != by.User.Login || by.User.ID == 0 {
		if err := course.MayAdminister(by.User); err != nil {
			return schema.User{}, err
		}
		var err error
		if user, err = a.store.UserByLogin(ctx, login); err != nil {
			return schema.User{}, err
		}
	}
	return user, course.MayManage(by.User, user)
}
