package view

import (
	"net/url"
	"strconv"
)

// pageOf returns the page of a list that is nearest to page, and its number.
func pageOf[T any](all []T, page, size int) ([]T, int) {
	page = min(max(page, 1), pagesOf(len(all), size))
	first := (page - 1) * size
	return all[first:min(first+size, len(all))], page
}

func pagesOf(n, size int) int { return max(1, (n+size-1)/size) }

func pageValue(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n)
}

// values returns a query of alternating names and values. It omits empty values.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}
