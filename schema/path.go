package schema

import "golang.org/x/text/unicode/norm"

// NormalPath returns the path of a file in Unicode's composed form (NFC, Unicode Standard Annex
// 15). macOS writes names decomposed, other systems as they were typed. Both forms look alike and
// count as the same name in patterns, needs and gradings.
func NormalPath(path string) string { return norm.NFC.String(path) }
