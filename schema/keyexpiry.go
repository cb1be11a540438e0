package schema

import "time"

// ExpiryWords says what a key's last day is, in UTC; "" for a key that does not expire.
func ExpiryWords(k Key) string {
	if k.ExpiresAt.IsZero() {
		return ""
	}
	return "expires after " + k.ExpiresAt.Add(-time.Nanosecond).UTC().Format(time.DateOnly)
}
