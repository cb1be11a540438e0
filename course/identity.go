package course

import (
	"strings"

	"github.com/grader/grader/schema"
)

// AccountOf returns the name of the account that an identity belongs to. It never creates an
// account, and an identity has only the rights of its account. CodeRefused: the rule does not
// accept the identity.
func AccountOf(rule schema.IdentityRule, is schema.Identity) (schema.AccountName, error) {
	value := strings.ToLower(strings.TrimSpace(is.Value))
	if value == "" {
		return schema.AccountName{}, schema.Errorf(schema.CodeRefused, "the sign-in service does not tell your %s, so your account cannot be found; sign in with your SSH key", is.Claim)
	}
	local, domain, address := cutAddress(value)
	if rule.Domain != "" && (!address || domain != strings.ToLower(rule.Domain)) {
		return schema.AccountName{}, schema.Errorf(schema.CodeRefused, "%q is not an address at %s; sign in there with the account of your institution", is.Value, rule.Domain)
	}
	if rule.Match == schema.MatchEmail {
		return byAddress(rule, is, value, address)
	}
	if rule.Domain != "" {
		value = local
	}
	if err := schema.Login(value); err != nil {
		return schema.AccountName{}, schema.Errorf(schema.CodeRefused, "the sign-in service calls you %q, which cannot be a login here; sign in with your SSH key", is.Value)
	}
	return schema.AccountName{Login: value}, nil
}

// byAddress returns the account name for an address that the service has verified or the rule
// vouches for.
func byAddress(rule schema.IdentityRule, is schema.Identity, value string, address bool) (schema.AccountName, error) {
	switch {
	case !address:
		return schema.AccountName{}, schema.Errorf(schema.CodeRefused, "the sign-in service calls you %q, which is not an e-mail address; sign in with your SSH key", is.Value)
	case !is.Verified && !rule.Vouch:
		return schema.AccountName{}, schema.Errorf(schema.CodeRefused, "the sign-in service has not checked that %q is your address; confirm it there and try again", is.Value)
	}
	return schema.AccountName{Email: value}, nil
}

// cutAddress splits an e-mail address at its only @.
func cutAddress(value string) (local, domain string, ok bool) {
	local, domain, ok = strings.Cut(value, "@")
	return local, domain, ok && local != "" && domain != "" && !strings.ContainsAny(domain, "@ ") && !strings.Contains(local, " ")
}
