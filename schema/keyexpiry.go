package schema

import "time"

// ExpiryWords returns words with a key's last day in UTC, or "" for a key that does not expire.
func ExpiryWords(k Key) string {
	if k.ExpiresAt.IsZero() {
		return ""
	}
	return "expires after " + k.ExpiresAt.Add(-time.Nanosecond).UTC().Format(time.DateOnly)
}
