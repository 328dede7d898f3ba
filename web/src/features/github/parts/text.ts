import { catalogue } from "@/app/text"

export const text = catalogue(
    {
        connectFirst: "This needs an account on GitHub.",
        agent: "Agent",
        profile: "Profile",
        asSet: "Default: {what}",
        noProfile: "Without a profile",
        notInstalledShort: "{agent} (not installed)",
        another: "Choose another",
        asSetAgain: "Back to default",
        writes: "{agent} writes.",
        writesWith: "{agent} writes, with the profile “{profile}”.",
        nobodyChosen:
            "No agent is chosen for this project. {agent} writes: it puts in order what is there, and does not think.",
        nobodyThere:
            "No other agent is installed on this machine. {agent} writes: it puts in order what is there, and does not think.",
        chooseOne: "Choose one for good",
        installOne: "How to get one",
        notInstalled: "{agent} is not installed on this machine.",
        installIt: "How to get it",
        notLoggedIn: "{agent} is not logged in.",
    },
    {
        connectFirst: "GitHub アカウントの接続が必要です。",
        agent: "エージェント",
        profile: "プロファイル",
        asSet: "既定: {what}",
        noProfile: "プロファイルなし",
        notInstalledShort: "{agent}（未インストール）",
        another: "ほかを選ぶ",
        asSetAgain: "既定に戻す",
        writes: "{agent} が書きます。",
        writesWith: "{agent} がプロファイル「{profile}」で書きます。",
        nobodyChosen:
            "このプロジェクトではエージェントが選ばれていません。{agent} が書きますが、今ある文章を整えるだけで、考えてはいません。",
        nobodyThere:
            "このマシンにはほかのエージェントがインストールされていません。{agent} が書きますが、今ある文章を整えるだけで、考えてはいません。",
        chooseOne: "設定で選ぶ",
        installOne: "入手方法を見る",
        notInstalled: "{agent} はこのマシンにインストールされていません。",
        installIt: "入手方法を見る",
        notLoggedIn: "{agent} にログインしていません。",
    },
)
