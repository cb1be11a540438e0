package repo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/grader/grader/schema"
)

// PushFiles makes one commit of files on top of main, in a temporary repository that borrows the
// objects of this one. It pushes the commit with git over a socket. A server reads the other end.
// The error contains the messages of git and of the server.
func (s *Store) PushFiles(ctx context.Context, id int64, u schema.Upload, socket *os.File) error {
	tip, err := s.Head(id)
	if err != nil {
		return err
	}
	if u.Base != "" && u.Base != tip {
		return schema.Errorf(schema.CodeConflict, "somebody else saved a newer version meanwhile; copy what you wrote, open the page again and put it in there")
	}
	dir, env, err := s.borrower(ctx, id, append(common(), setting{"protocol.fd.allow", "always"}))
	if dir != "" {
		defer func() { _ = os.RemoveAll(dir) }() // ignored: the system removes temporary files
	}
	if err != nil {
		return err
	}
	if _, err := s.git(ctx, command{args: []string{"fast-import", "--quiet"}, env: env, stdin: importStream(u, tip), max: 4096}); err != nil {
		return fmt.Errorf("commit an upload: %w", err)
	}
	_, err = s.git(ctx, command{args: pushArgs(u.Options(), mainRef), env: env, max: 4096, inherit: socket})
	return err
}

// importStream returns the upload in the format of git fast-import. tip is the commit of main,
// NoCommit if there is none.
func importStream(u schema.Upload, tip string) []byte {
	var b bytes.Buffer
	line := strings.NewReplacer("\n", " ", "<", "", ">", "")
	fmt.Fprintf(&b, "commit %s\ncommitter %s <%s> %d +0000\ndata %d\n%s\n", mainRef, line.Replace(u.Name), line.Replace(u.Email), u.At.Unix(), len(u.Message), u.Message)
	if tip != NoCommit {
		fmt.Fprintf(&b, "from %s\n", tip)
	}
	if u.Replace {
		b.WriteString("deleteall\n")
	}
	for _, path := range u.Removed {
		fmt.Fprintf(&b, "D %s\n", path)
	}
	for _, f := range u.Files {
		mode := "100644"
		if bytes.HasPrefix(f.Data, []byte("#!")) {
			mode = "100755"
		}
		fmt.Fprintf(&b, "M %s inline %s\ndata %d\n", mode, f.Path, len(f.Data))
		b.Write(f.Data)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
