package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// TokenArgs names an API token of an account.
type TokenArgs struct{ Login, Name string }

func (o *accountOperations) tokens(ctx context.Context, a TokenArgs) ([]schema.APIToken, error) {
	return o.Tokens.List(ctx, o.by, a.Login)
}

func (o *accountOperations) revokeToken(ctx context.Context, a TokenArgs) (schema.APIToken, error) {
	return o.Tokens.Revoke(ctx, o.by, a.Login, a.Name)
}
