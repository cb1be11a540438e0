package api

import (
	"slices"

	"github.com/grader/grader/schema"
)

// Numbers of entries on a page of a list.
const (
	pageSize    = 100
	maxPageSize = 1000
)

// pageQuery returns the parameters that select a page of a list.
func pageQuery() []parameter {
	return []parameter{
		{name: "after", kind: "string", help: "where the page begins: as the header Link of the page before says"},
		{name: "limit", kind: "integer", help: "entries on a page, at most 1000; 100 if absent"},
	}
}

// list returns a route that replies with a page of a list. key returns an entry's unique key, which
// the address of the next page contains.
func list[T any](path, id, summary string, f func(*call) ([]T, error), key func(T) string, query ...parameter) route {
	paged := func(c *call) ([]T, error) {
		all, err := f(c)
		if err != nil {
			return nil, err
		}
		return page(c, all, key)
	}
	return get(path, id, summary, paged, append(pageQuery(), query...)...)
}

// page returns the entries of the page that the query selects, and adds a link to the next page.
func page[T any](c *call, all []T, key func(T) string) ([]T, error) {
	if after := c.text("after"); after != "" {
		i := slices.IndexFunc(all, func(one T) bool { return key(one) == after })
		if i < 0 {
			return nil, schema.Errorf(schema.CodeStale, "the list has no entry %q any more; read it again from the beginning", after)
		}
		all = all[i+1:]
	}
	if size := c.pageSize(); len(all) > size {
		all = all[:size]
		c.follow("after", key(all[size-1]))
	}
	return orEmpty(all), nil
}

// pageSize returns the maximum number of entries on the page.
func (c *call) pageSize() int { return min(max(c.number("limit", pageSize), 1), maxPageSize) }
