package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestOperations runs operations of grader admin with a token. The token needs the scope of the operation.
func TestOperations(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	root, narrow := b.token("root", schema.ScopeAdmin), b.token("root", schema.ScopeWrite)
	if got := b.ask(b.token("root", schema.ScopeRead), http.MethodPost, "/admin/users", map[string]any{}); got.status != http.StatusOK || strings.TrimSpace(got.body) != "6" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	b.ask(b.token("ida", schema.ScopeWrite), http.MethodPost, "/admin/users", map[string]any{}).refused(t, http.StatusForbidden, schema.CodeForbidden, "only an administrator")
	b.ask(narrow, http.MethodPost, "/admin/user.sign-out", map[string]any{}).refused(t, http.StatusForbidden, schema.CodeForbidden, "this token has the scope write, and this needs admin; make another token over ssh: token create NAME --scope admin")
	b.ask(root, http.MethodPost, "/admin/user.fly", map[string]any{}).refused(t, http.StatusNotFound, schema.CodeNotFound, "user.fly")
	b.ask(root, http.MethodPost, "/admin/users", "{").refused(t, http.StatusBadRequest, schema.CodeInvalid, "cannot be read")
	b.ask(root, http.MethodPost, "/admin/users", "{} {}").refused(t, http.StatusBadRequest, schema.CodeInvalid, "behind the JSON value")
	b.ask(root, http.MethodPost, "/admin/users", "{}", "Content-Type", "text/plain").refused(t, http.StatusBadRequest, schema.CodeInvalid, "application/json")
	if got := b.ask(root, http.MethodPost, "/admin/user.sign-out", map[string]any{}); got.status != http.StatusOK || !strings.Contains(got.body, `"tokens":3`) {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	b.ask(root, http.MethodPost, "/admin/users", map[string]any{}).refused(t, http.StatusUnauthorized, schema.CodeUnauthenticated)
}
