package assignment

import "strconv"

// sizeText returns bytes in the largest unit that shows them exactly.
func sizeText(bytes int64) string {
	units := []struct {
		shift uint
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}}
	for _, u := range units {
		if bytes > 0 && bytes&(1<<u.shift-1) == 0 {
			return strconv.FormatInt(bytes>>u.shift, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}
