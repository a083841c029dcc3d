package process

import "runtime"

// InstallHint says how to get a program on this system, for the end of an
// error, by its package's names in Debian, Homebrew and winget.
func InstallHint(debian, brew, winget string) string {
	return installHint(runtime.GOOS, debian, brew, winget)
}

// installHint is InstallHint for a system named as in GOOS.
func installHint(system, debian, brew, winget string) string {
	command := "apt-get install " + debian
	switch system {
	case "darwin":
		command = "brew install " + brew
	case "windows":
		command = "winget install " + winget
	}
	return "install it with: " + command
}
