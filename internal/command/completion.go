package command

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:         "completion",
		Usage:        "print the completion script of a shell",
		ArgsUsage:    "bash|zsh|fish",
		Description:  "Example: source <(grader completion bash)",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "SHELL")
			if err != nil {
				return err
			}
			script, err := completionScript(c.App, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintln(c.App.Writer, script)
			return nil
		},
	}
}

// completionScript returns a script that gets completions from the program with
// urfave/cli's --generate-bash-completion.
func completionScript(app *cli.App, shell string) (string, error) {
	switch shell {
	case "bash":
		return `_grader() {
  local words word="${COMP_WORDS[$COMP_CWORD]}"
  local -a line=("${COMP_WORDS[@]:0:$COMP_CWORD}")
  [[ $word == -* ]] && line+=("$word")
  words=$("${line[@]}" --generate-bash-completion 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _grader grader`, nil
	case "zsh":
		return `#compdef grader
_grader() {
  local -a words_found line=(${words[@]:0:$((CURRENT-1))})
  [[ ${words[CURRENT]} == -* ]] && line+=(${words[CURRENT]})
  words_found=("${(@f)$(${line[@]} --generate-bash-completion 2>/dev/null)}")
  _describe 'command' words_found
}
compdef _grader grader`, nil
	case "fish":
		return app.ToFishCompletion()
	}
	return "", schema.Errorf(schema.CodeInvalid, "shell %q: use bash, zsh or fish", shell)
}
