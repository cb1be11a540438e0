package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// OutboxArgs selects entries of the outbox.
type OutboxArgs struct {
	Limit int
	Kind  string // to be tried again; "" is every kind
}

func (o *machineOperations) outbox(ctx context.Context, a OutboxArgs) ([]schema.OutboxEntry, error) {
	return o.Outbox.List(ctx, o.by, a.Limit)
}

func (o *machineOperations) retryOutbox(ctx context.Context, a OutboxArgs) (int64, error) {
	return o.Outbox.Retry(ctx, o.by, a.Kind)
}

// GitHubArgs names an account at GitHub to link to an account here.
type GitHubArgs struct {
	Login   string
	Account schema.GitHubAccount
}

func (o *accountOperations) linkGitHub(ctx context.Context, a GitHubArgs) (None, error) {
	return None{}, o.GitHub.Link(ctx, o.by, a.Login, a.Account)
}
