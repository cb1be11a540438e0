package course

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestAccountOf(t *testing.T) {
	t.Parallel()
	login, email := schema.IdentityRule{Match: schema.MatchLogin}, schema.IdentityRule{Match: schema.MatchEmail}
	at := func(r schema.IdentityRule) schema.IdentityRule { r.Domain = "Example.edu"; return r }
	vouched := email
	vouched.Vouch = true
	for name, one := range map[string]struct {
		rule     schema.IdentityRule
		value    string
		verified bool
		want     schema.AccountName
		refused  string
	}{
		"a login":                        {login, "alice", false, schema.AccountName{Login: "alice"}, ""},
		"a login in capitals":            {login, " Alice ", false, schema.AccountName{Login: "alice"}, ""},
		"a login with its domain":        {at(login), "alice@example.EDU", false, schema.AccountName{Login: "alice"}, ""},
		"a login of another domain":      {at(login), "alice@evil.test", false, schema.AccountName{}, "not an address at Example.edu"},
		"a domain that ends alike":       {at(login), "alice@notexample.edu", false, schema.AccountName{}, "not an address at Example.edu"},
		"two domains":                    {at(login), "alice@evil.test@example.edu", false, schema.AccountName{}, "not an address at Example.edu"},
		"a login without its domain":     {at(login), "alice", false, schema.AccountName{}, "not an address at Example.edu"},
		"an address where a login is":    {login, "alice@evil.test", false, schema.AccountName{}, "cannot be a login here"},
		"a number":                       {login, "4711", false, schema.AccountName{}, "cannot be a login here"},
		"nothing":                        {login, "", false, schema.AccountName{}, "does not tell your sub"},
		"a checked address":              {email, "Alice@Example.edu", true, schema.AccountName{Email: "alice@example.edu"}, ""},
		"an unchecked address":           {email, "alice@example.edu", false, schema.AccountName{}, "has not checked"},
		"an unchecked address, believed": {vouched, "alice@example.edu", false, schema.AccountName{Email: "alice@example.edu"}, ""},
		"a checked address elsewhere":    {at(email), "alice@evil.test", true, schema.AccountName{}, "not an address at Example.edu"},
		"a login where an address is":    {email, "alice", true, schema.AccountName{}, "not an e-mail address"},
	} {
		got, err := AccountOf(one.rule, schema.Identity{Claim: "sub", Value: one.value, Verified: one.verified})
		if diff := cmp.Diff(one.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if one.refused == "" && err != nil || one.refused != "" && (schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), one.refused)) {
			t.Errorf("%s: error %v, want %q", name, err, one.refused)
		}
	}
}
