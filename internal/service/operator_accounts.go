package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// AddUser creates an account.
func (o *accountOperations) AddUser(ctx context.Context, n classroom.NewUser) (classroom.AddedUser, error) {
	return o.Accounts.AddUser(ctx, o.by, n)
}

func (o *accountOperations) users(ctx context.Context, _ None) ([]schema.User, error) {
	return o.Accounts.Users(ctx, o.by)
}

// AccountArgs names an account, with further arguments of some operations.
type AccountArgs struct {
	Login       string
	Disabled    bool   // the new state
	Fingerprint string // fingerprint of one of its keys
	Key         string // text of a public key file
	Day         string // last day of a key, or never
}

func (o *accountOperations) setDisabled(ctx context.Context, a AccountArgs) (schema.Ended, error) {
	return o.Accounts.SetDisabled(ctx, o.by, a.Login, a.Disabled)
}

func (o *accountOperations) signOut(ctx context.Context, a AccountArgs) (schema.Ended, error) {
	return o.Accounts.SignOut(ctx, o.by, a.Login)
}

func (o *accountOperations) newCode(ctx context.Context, a AccountArgs) (classroom.Code, error) {
	return o.Accounts.NewCode(ctx, o.by, a.Login, a.Key)
}

func (o *accountOperations) keys(ctx context.Context, a AccountArgs) ([]schema.Key, error) {
	return o.Accounts.Keys(ctx, o.by, a.Login)
}

func (o *accountOperations) addKeys(ctx context.Context, a AccountArgs) ([]schema.Key, error) {
	return o.Accounts.AddKeys(ctx, o.by, a.Login, a.Key)
}

func (o *accountOperations) expireKey(ctx context.Context, a AccountArgs) (schema.Key, error) {
	return o.Accounts.ExpireKey(ctx, o.by, a.Login, a.Fingerprint, a.Day)
}

func (o *accountOperations) removeKey(ctx context.Context, a AccountArgs) (schema.RemovedKey, error) {
	return o.Accounts.RemoveKey(ctx, o.by, a.Login, a.Fingerprint)
}

// LoginLink creates a one-time link that signs a browser in as a person.
func (o *accountOperations) LoginLink(ctx context.Context, a AccountArgs) (string, error) {
	if o.live == nil {
		return "", errNotServing()
	}
	link, err := o.Accounts.SignInLink(ctx, o.by, a.Login)
	if err != nil {
		return "", err
	}
	return o.live.webURL() + "/" + link.Path(), nil
}
