package web

import (
	"net/http"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveTokens lists a person's API tokens, with a form that creates one.
func (s *accountPages) serveTokens(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderTokens(w, r, user, classroom.CreatedToken{}, nil)
}

// renderTokens renders the page. made is a token that this request created: only this page shows
// its secret.
func (s *accountPages) renderTokens(w http.ResponseWriter, r *http.Request, user schema.User, made classroom.CreatedToken, problem error) error {
	all, err := s.Classroom.Tokens.List(r.Context(), s.actor(r, user), "")
	if err != nil {
		return err
	}
	page := view.NewTokens(all, made, user.Admin, s.now())
	page.Frame, page.Form = s.accountFrame("API tokens", user, "/-/tokens"), formOf(r)
	return s.renderForm(w, r, "tokens", &page.Frame, &page, problem)
}

// accountFrame makes the frame of a page about a person's own account.
func (s *accountPages) accountFrame(title string, user schema.User, current string) view.Frame {
	f := s.newFrame(title, &user)
	f.Tabs = view.AccountTabs(current)
	return f
}

// createToken creates a token and shows its secret.
func (s *accountPages) createToken(w http.ResponseWriter, r *http.Request, user schema.User) error {
	made, err := s.makeToken(r, user)
	if err == nil {
		r.PostForm = nil // so that the form is shown empty
	}
	return s.renderTokens(w, r, user, made, err)
}

func (s *accountPages) makeToken(r *http.Request, user schema.User) (classroom.CreatedToken, error) {
	scope, err := schema.ParseScope(r.PostFormValue("scope"))
	if err != nil {
		return classroom.CreatedToken{}, err
	}
	life, err := classroom.ParseLife(strings.TrimSpace(r.PostFormValue("expires")))
	if err != nil {
		return classroom.CreatedToken{}, err
	}
	return s.Classroom.Tokens.Create(r.Context(), s.actor(r, user), classroom.NewToken{Name: strings.TrimSpace(r.PostFormValue("name")), Scope: scope, Life: life})
}

// revokeToken revokes a token of the user.
func (s *accountPages) revokeToken(w http.ResponseWriter, r *http.Request, user schema.User) error {
	if _, err := s.Classroom.Tokens.Revoke(r.Context(), s.actor(r, user), "", r.PathValue("name")); err != nil {
		return s.renderTokens(w, r, user, classroom.CreatedToken{}, err)
	}
	return done(w, r, "/-/tokens", "token-revoked")
}
