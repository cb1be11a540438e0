package view

import (
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Tokens is the page of a person's API tokens.
type Tokens struct {
	Frame
	Made   string // name of the token that this request created, "" for none
	Secret string // of that token; it is shown only once
	List   Listing
	Scopes []TokenScope
	Form   Form
}

// TokenScope is a scope that a new token can have.
type TokenScope struct {
	Value, Says string
}

// NewTokens returns the page. made is the token that this request created, or the zero value.
func NewTokens(all []schema.APIToken, made classroom.CreatedToken, admin bool, now time.Time) Tokens {
	page := Tokens{Made: made.Name, Secret: made.Secret, Scopes: []TokenScope{
		{string(schema.ScopeRead), "read"}, {string(schema.ScopeWrite), "write"},
	}}
	if admin {
		page.Scopes = append(page.Scopes, TokenScope{string(schema.ScopeAdmin), "admin"})
	}
	page.List = Listing{Caption: "API tokens", Heads: []string{"Name", "Scope", "Made", "Ends", "Last used"}, Empty: "You have no API tokens."}
	for _, k := range all {
		used, ends := "never", When(At(k.ExpiresAt, now, time.UTC))
		if !k.UsedAt.IsZero() {
			used = Relative(k.UsedAt, now)
		}
		if !now.Before(k.ExpiresAt) {
			ends = Text("expired")
		}
		page.List.Rows = append(page.List.Rows, ListRow{
			Cells:  []ListCell{Text(k.Name), Text(string(k.Scope)), When(At(k.MadeAt, now, time.UTC)), ends, Text(used)},
			Action: &RowAction{Path: "/-/tokens/" + k.Name + "/revoke", Label: "Revoke", Says: "Revoke the token " + k.Name},
		})
	}
	return page
}
