package markdown

// emoji are the commonest of the names that GitHub has for emoji.
var emoji = map[string]string{
	"+1": "👍", "-1": "👎", "100": "💯", "alarm_clock": "⏰", "angry": "😠", "apple": "🍎", "arrow_down": "⬇", "arrow_left": "⬅",
	"arrow_right": "➡", "arrow_up": "⬆", "art": "🎨", "balloon": "🎈", "beer": "🍺", "beers": "🍻", "bell": "🔔", "blue_heart": "💙",
	"blush": "😊", "book": "📖", "bookmark": "🔖", "books": "📚", "boom": "💥", "broken_heart": "💔", "bug": "🐛", "bulb": "💡", "cake": "🍰",
	"calendar": "📅", "camera": "📷", "cat": "🐱", "chart_with_upwards_trend": "📈", "christmas_tree": "🎄", "clap": "👏", "coffee": "☕",
	"computer": "💻", "confetti_ball": "🎊", "confused": "😕", "construction": "🚧", "cry": "😢", "dart": "🎯", "disappointed": "😞", "dog": "🐶",
	"earth_africa": "🌍", "earth_americas": "🌎", "email": "✉", "exclamation": "❗", "eyes": "👀", "fearful": "😨", "file_folder": "📁",
	"fire": "🔥", "gear": "⚙", "gem": "💎", "ghost": "👻", "gift": "🎁", "globe_with_meridians": "🌐", "green_heart": "💚", "grey_question": "❔",
	"grin": "😁", "grinning": "😀", "hammer": "🔨", "hammer_and_wrench": "🛠", "hand": "✋", "heart": "❤", "heart_eyes": "😍",
	"heavy_check_mark": "✔", "hourglass": "⌛", "house": "🏠", "hugs": "🤗", "hushed": "😯", "information_source": "ℹ", "innocent": "😇", "joy": "😂",
	"key": "🔑", "kissing_heart": "😘", "label": "🏷", "laughing": "😆", "link": "🔗", "lock": "🔒", "mag": "🔍", "mailbox": "📫", "mega": "📣",
	"memo": "📝", "moon": "🌔", "muscle": "💪", "musical_note": "🎵", "no_entry": "⛔", "octocat": "🐙", "ok": "🆗", "ok_hand": "👌", "open_mouth": "😮",
	"package": "📦", "page_facing_up": "📄", "panda_face": "🐼", "partying_face": "🥳", "pencil": "📝", "pencil2": "✏", "penguin": "🐧",
	"pizza": "🍕", "point_down": "👇", "point_left": "👈", "point_right": "👉", "point_up": "☝", "pray": "🙏", "purple_heart": "💜",
	"pushpin": "📌", "question": "❓", "rage": "😡", "rainbow": "🌈", "raised_hands": "🙌", "recycle": "♻", "relaxed": "☺", "robot": "🤖",
	"rocket": "🚀", "rose": "🌹", "rotating_light": "🚨", "scream": "😱", "see_no_evil": "🙈", "shrug": "🤷", "skull": "💀", "slightly_smiling_face": "🙂",
	"smile": "😄", "smiley": "😃", "smirk": "😏", "snake": "🐍", "snowflake": "❄", "sob": "😭", "sparkles": "✨", "sparkling_heart": "💖",
	"star": "⭐", "star2": "🌟", "stuck_out_tongue": "😛", "sunflower": "🌻", "sunglasses": "😎", "sunny": "☀", "sweat": "😓", "sweat_smile": "😅",
	"tada": "🎉", "thinking": "🤔", "thumbsdown": "👎", "thumbsup": "👍", "tree": "🌳", "trophy": "🏆", "umbrella": "☔", "unlock": "🔓",
	"v": "✌", "warning": "⚠", "wave": "👋", "weary": "😩", "white_check_mark": "✅", "wink": "😉", "worried": "😟", "wrench": "🔧", "x": "❌",
	"yellow_heart": "💛", "yum": "😋", "zap": "⚡", "zzz": "💤",
}
