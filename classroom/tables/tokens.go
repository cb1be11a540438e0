package tables

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Token is the JSON form of an API token.
type Token struct {
	Name    string       `json:"name"`
	Scope   schema.Scope `json:"scope"`
	Token   string       `json:"token,omitempty"` // the secret of a new token
	MadeAt  time.Time    `json:"made_at"`
	Expires time.Time    `json:"expires"`
	UsedAt  time.Time    `json:"used_at,omitzero"` // to the minute
}

// PublicToken returns the JSON form of an API token.
func PublicToken(k schema.APIToken) Token {
	return Token{Name: k.Name, Scope: k.Scope, MadeAt: k.MadeAt, Expires: k.ExpiresAt, UsedAt: k.UsedAt}
}

// PublicTokens returns the JSON form of API tokens.
func PublicTokens(all []schema.APIToken) []Token {
	tokens := make([]Token, 0, len(all))
	for _, k := range all {
		tokens = append(tokens, PublicToken(k))
	}
	return tokens
}

// TokenCreated writes the secret of a new API token, and notes about it to w.Note.
func (w Writer) TokenCreated(k classroom.CreatedToken) error {
	shown := PublicToken(k.APIToken)
	shown.Token = k.Secret
	if w.JSON {
		return JSON(w.Out, shown)
	}
	fmt.Fprintln(w.Out, k.Secret)
	_, err := fmt.Fprintf(w.Note, "Keep it secret: it acts as you (scope %s) until %s, and is not shown again.\nTo end it: %s token revoke %s\n",
		k.Scope, k.ExpiresAt.UTC().Format(minute+" UTC"), w.Command, k.Name)
	return err
}

// Tokens writes API tokens without their secrets.
func (w Writer) Tokens(all []schema.APIToken, now time.Time) error {
	return w.write(PublicTokens(all), func(out io.Writer) {
		if len(all) == 0 {
			fmt.Fprintln(out, "no token")
		}
		tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, k := range all {
			used, end := "never used", "until "
			if !k.UsedAt.IsZero() {
				used = "used " + k.UsedAt.UTC().Format(minute+" UTC")
			}
			if !now.Before(k.ExpiresAt) {
				end = "expired "
			}
			fmt.Fprintf(tab, "%s\t%s\t%s%s\t%s\n", k.Name, k.Scope, end, k.ExpiresAt.UTC().Format(minute+" UTC"), used)
		}
		_ = tab.Flush() // the reader may be gone
	})
}

// TokenRevoked writes that an API token was revoked.
func (w Writer) TokenRevoked(k schema.APIToken) error {
	return w.Line(PublicToken(k), "token %s is revoked", k.Name)
}
