package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// Limits on displaying a submission's files.
const (
	maxListed      = 5000            // files of a listing
	maxSource      = 256 << 10       // bytes of a file that are shown
	maxHighlighted = 64 << 10        // bytes of a file that are highlighted
	highlightTime  = time.Second / 2 // then a file is shown plain
	maxSourceLine  = 4 << 10         // bytes of a line that are highlighted
)

// serveFiles lists the files that were graded.
func (s *submissionPages) serveFiles(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	entries, err := s.Trees.Files(r.Context(), v.Sub.Repository, v.Sub.Commit, maxListed)
	if err != nil {
		return hidden("files", err)
	}
	path := "/" + v.Sub.Name.String()
	page := view.Files{
		Frame: s.submissionFrame("Files: "+v.Sub.Name.String(), v), Name: v.Sub.Name.String(), Path: path,
		List: view.Listing{Caption: "Files", Heads: []string{"File", "Size"}, Empty: "There are no files."},
	}
	for _, e := range entries {
		page.List.Rows = append(page.List.Rows, view.ListRow{Cells: []view.ListCell{view.Link(e.Path, path+"/-/files/"+e.Path), view.Text(schema.Size(e.Size))}})
	}
	return s.render(w, http.StatusOK, "files", page)
}

// serveFile shows one file that was graded, with a number on each line.
func (s *submissionPages) serveFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	name := r.PathValue("path")
	data, err := s.Handouts.ReadFile(r.Context(), v.Sub.Repository, v.Sub.Commit, name, maxSource)
	if schema.CodeOf(err) == schema.CodeLimit {
		return schema.Errorf(schema.CodeRefused, "this file is larger than %s and not shown here; fetch the repository with git to read it", schema.Size(maxSource))
	}
	if err != nil {
		return hidden("file", err)
	}
	page := view.File{
		Frame: s.submissionFrame(name+": "+v.Sub.Name.String(), v), Name: name, Path: "/" + v.Sub.Name.String(), Size: schema.Size(int64(len(data))),
	}
	page.Crumbs = append(page.Crumbs, view.NewCrumb("files", page.Path+"/-/files"))
	if page.Binary = !utf8.Valid(data) || strings.ContainsRune(string(data), 0); !page.Binary {
		page.Lines = highlight(r.Context(), name, schema.Sanitize(string(data)))
	}
	page.Notice = notice(r)
	if page.Comments, err = s.comments(r, v, name); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "file", page)
}

// submissionFrame makes the frame of a page about part of a submission.
func (s *submissionPages) submissionFrame(title string, v *sight) view.Frame {
	sub := v.Sub.Name
	f := s.newFrame(title, &v.Actor.User, view.NewCrumb(v.Course.Code, "/"+v.Course.Code), view.NewCrumb(v.Task.Name, "/"+v.Task.Path()))
	if sub.Owner != v.Actor.User.Login && v.seesOwner() {
		f.Crumbs = append(f.Crumbs, view.NewCrumb(sub.Owner, "/"+v.Task.Path()+"/"+sub.Owner))
	}
	f.Crumbs = append(f.Crumbs, view.NewCrumb(fmt.Sprintf("#%d", sub.Number), "/"+sub.String()))
	return f
}

// highlight splits a source file into lines of tokens. The text is untrusted, so a file that takes
// the lexer too long is shown plain.
func highlight(ctx context.Context, name, text string) []view.SourceLine {
	lexer := lexers.Match(name)
	if lexer == nil || len(text) > maxHighlighted || longestLine(text) > maxSourceLine {
		return view.PlainLines(text)
	}
	ctx, cancel := context.WithTimeout(ctx, highlightTime)
	defer cancel()
	tokens, err := lexer.Tokenise(nil, text)
	if err != nil {
		return view.PlainLines(text)
	}
	var all []chroma.Token
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if all = append(all, token); ctx.Err() != nil {
			return view.PlainLines(text)
		}
	}
	var lines []view.SourceLine
	for _, line := range chroma.SplitTokensIntoLines(all) {
		var parts []view.Token
		for _, t := range line {
			if value := strings.TrimSuffix(t.Value, "\n"); value != "" {
				parts = append(parts, view.Token{Text: value, Class: tokenClass(t.Type)})
			}
		}
		lines = append(lines, view.NumberedLine(len(lines)+1, parts))
	}
	return lines
}

func longestLine(text string) int {
	longest := 0
	for line := range strings.Lines(text) {
		longest = max(longest, len(line))
	}
	return longest
}

// tokenClass returns the class of a view.Token, from a closed set.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword):
		return "keyword"
	case t.InCategory(chroma.Comment):
		return "comment"
	case t.InSubCategory(chroma.LiteralString):
		return "string"
	case t.InSubCategory(chroma.LiteralNumber):
		return "number"
	case t == chroma.NameFunction, t == chroma.NameClass:
		return "name"
	}
	return ""
}

// sources returns which of the files named in the outputs are in the submission.
func (s *submissionPages) sources(ctx context.Context, v *sight) map[string]bool {
	if v.Sub.Result == nil {
		return nil
	}
	r, _ := course.Redact(*v.Sub.Result, v.Access)
	var texts []string
	if r.Build != nil {
		texts = append(texts, schema.Plain(r.Build.Output))
	}
	for _, t := range r.Tests {
		texts = append(texts, schema.Plain(t.Output))
	}
	known := make(map[string]bool)
	for _, name := range view.SourceNames(texts...) {
		_, err := s.Handouts.ReadFile(ctx, v.Sub.Repository, v.Sub.Commit, name, maxSource)
		if err == nil || schema.CodeOf(err) == schema.CodeLimit {
			known[name] = true
		}
	}
	return known
}
