package service

import (
	"slices"
	"testing"
)

// TestOperationsWithSecrets checks which operations say that their replies can contain one-time codes
// or links, and which say that they change something outside the store.
func TestOperationsWithSecrets(t *testing.T) {
	t.Parallel()
	var secret, outside []string
	for name, op := range new(Operator).operations() {
		if op.secret {
			secret = append(secret, name)
		}
		if op.outside {
			outside = append(outside, name)
		}
	}
	slices.Sort(secret)
	slices.Sort(outside)
	if want := []string{"login-link", "roster.import", "user.add", "user.code"}; !slices.Equal(secret, want) {
		t.Errorf("secret: %q, want %q", secret, want)
	}
	if want := []string{"image.remove", "person.erase"}; !slices.Equal(outside, want) {
		t.Errorf("outside the store: %q, want %q", outside, want)
	}
}
