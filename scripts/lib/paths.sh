# To be sourced before the folder is changed: files are named from where a script was called.
called_from=$PWD

# absolute FILE
absolute() {
	case "$1" in
		/*) echo "$1" ;;
		*) echo "$called_from/$1" ;;
	esac
}
