package gitd

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// tokenCommands returns the subcommands of token.
func (s *studentCommands) tokenCommands() []staffCommand {
	return []staffCommand{
		{"token create", "NAME [--scope SCOPE] [--expires LENGTH] [--json]", "make a token for the HTTP API: --scope read (default), write or admin; --expires 90d", "", s.createToken},
		{"token list", "[--json]", "your tokens, without their secrets", "", s.listTokens},
		{"token revoke", "NAME [--json]", "end a token at once", "", s.revokeToken},
	}
}

// token makes, lists and revokes tokens for the HTTP API.
func (s *studentCommands) token(ctx context.Context, sess *session, args []string) int {
	c, rest, found := findStaff(s.tokenCommands(), append([]string{"token"}, args...))
	if !found {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: token create NAME, token list or token revoke NAME"))
	}
	return s.staff.runStaff(ctx, sess, c, rest)
}

func (s *studentCommands) createToken(ctx context.Context, c *staffCall) (err error) {
	n := classroom.NewToken{Name: c.args[0], Scope: schema.ScopeRead}
	if c.is("scope") {
		if n.Scope, err = schema.ParseScope(c.text("scope")); err != nil {
			return err
		}
	}
	if n.Life, err = classroom.ParseLife(c.text("expires")); err != nil {
		return err
	}
	made, err := s.Classroom.Tokens.Create(ctx, c.actor, n)
	if err != nil {
		return err
	}
	return c.reply.TokenCreated(made)
}

func (s *studentCommands) listTokens(ctx context.Context, c *staffCall) error {
	all, err := s.Classroom.Tokens.List(ctx, c.actor, "")
	if err != nil {
		return err
	}
	return c.reply.Tokens(all, s.Clock())
}

func (s *studentCommands) revokeToken(ctx context.Context, c *staffCall) error {
	ended, err := s.Classroom.Tokens.Revoke(ctx, c.actor, "", c.args[0])
	if err != nil {
		return err
	}
	return c.reply.TokenRevoked(ended)
}
