package script

import (
	"maps"
	"slices"
	"strings"
)

// functionLists is the commonest words without much meaning of their own, by
// base language: what every second or third word of running text is, and what
// lists of names, titles and commands have few of. What is elided stands
// without its apostrophe ("l" of "l’eau"). Languages without a voice are here
// so that their texts are not taken for a neighbour's.
var functionLists = map[string]string{
	"af": "die van en in is het dit nie om te dat vir met op was as aan ook by wat sy hy deur na maar hulle kan een uit sal daar word ons wees sou hierdie nog tot haar",
	"ca": "de la i a el que les en els un per una amb del es no és al ha com més va o als dels aquest aquesta però seva seu són pel també l d s n hi si ser entre sobre quan han fins on molt",
	"cs": "a se v na je že o s z do i to za by pro ve k po si od ale které který která jeho jako nebo jsou bylo byl byla jak jen také až není už při však tak podle než jejich před aby ze mezi má být co jsem jsme kde",
	"da": "og i at det er en til af på for med den der de som ikke har et om var sig fra han vi men kan jeg eller så blev ved også efter hun være nu hvor mod når skal vil over under alle andre denne meget ud op havde dette hvis bliver kun",
	"de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass daß sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde wir ich ihr ihre wenn kann diese dieser dieses eines seine seiner keine waren was wo ob alle allem allen aller alles anderen andere ab beim bereits bin bist da dabei dadurch dafür damit dann daran darauf darum davon dazu denn deren dessen dort dir dich doch etwa etwas euch ganz gegen habe hatten hier hin ihm ihn ihnen ihrem ihren ihrer immer indem ins jede jeden jeder jedes jedoch jetzt kein keinen könnte können mein meine mich mir müssen muss nichts nun ohne schon sehr seinem seinen seit selbst solche soll sollen sollte sondern sowie trotz uns unser unter viel viele vom während weil weiter welche weniger werde wieder will wollen worden wurden würde zwei zwischen zwar",
	"en": "the of and to in a is that for it was on are as with be by at this from or have an not but which were had has his they he she their you we i its will would can been there who all one more if about so when what my your do than them our could these those into no should may her him because before being between both did does during each even first how just like many most much must only other out over own same some still such then through under until very well where while why without also after any again against",
	"es": "de la el los las que y en un una del se por con no para es su al lo como más o pero sus le ha sin sobre este ya entre cuando todo esta ser son también fue había muy hasta desde está nos me mi era han yo ni él si donde esto puede tiene ahora algo algunos algunas antes aquel así aunque bajo bien cada casi contra cual cuales cualquier durante ella ellos ese esa esos esas eso estas estos estaba están fueron gran hace hacer hacia hay haya incluso les luego mientras mismo misma mucho muchos nada nosotros nunca otra otras otro otros parte poco porque primera primer pueden pues qué quien quienes según sea será sido siempre solo sólo tan tanto tenía tener tienen toda todas todos tras tu unos unas usted",
	"et": "ja on ei et see oli kui ka ta mis oma aga nii või kes ning siis veel selle pärast seda kuid mida välja üle juba kas olla ole tema nad nende ma te iga kõik peab võib saab ega",
	"fi": "ja on ei että se oli hän mutta ovat kun myös tai kuin joka niin sen ole jos vain jo mukaan voi olla jossa jotka sitä hänen siitä ollut kanssa kuitenkin mitä tämä tämän ne nyt mikä sekä jälkeen vielä olisi minä en",
	"fr": "de la le les des du et à en un une que est dans qui pour par au sur pas ne plus se ce il elle son sa ses avec sont aux cette mais ou où comme nous vous on leur été être l d qu n s c j m y a ont fait était cet ces si je lui ils elles sans entre tout peut alors après aucun aussi autre autres avant avait avoir avaient bien car ceux chaque chez contre depuis deux donc dont encore ensuite eux faire fois fut furent jusqu lors lorsqu même mêmes mes moi moins mon nos notre nombre peu peuvent plusieurs pendant permet premier première puis quand quelques quel quelle sera seront selon sous soit souvent tous toute toutes très trop vers votre vos voir étaient étant",
	"gl": "de a o que e do da en un para con non unha os no se na por máis as dos como pero ao das á súa seu ou cando moi tamén polo pola eu entre foi son está ten nos",
	"hr": "i u je se na da su za od s o koji koja koje kao što ne ili iz do nije bi ali te po sa biti bio bila to samo već nakon više kako ako kod prema li sve još može",
	"hu": "a az és hogy nem is egy ez meg de csak van volt már azt vagy mint még ha ki el be le fel ami akkor kell ezt lehet sem minden amely után két pedig majd szerint való én ő nagy között ezek nincs",
	"id": "yang dan di dari untuk dengan ini pada itu dalam tidak adalah ke akan oleh juga sebagai atau telah dapat saya tersebut karena bisa ada lebih sudah mereka kami anda seperti hanya secara menjadi para ia dia setiap",
	"it": "di e che il la in a per un una del è della le i con non si da dei nel alla gli lo al delle sono più come ma ha dal anche su degli nella ai questo questa o se loro suo sua essere stato ci l dell d all nell dall sull c dello nei cui era ed io mi fra tra alcuni altre altri altro anno anni ancora avere aveva bene cioè così cosa dagli dai dalla dalle dentro deve dopo dove due durante ecco ecc erano esso fatto fino gran hanno infatti invece lui lei meno mentre mia mio molto nelle negli niente noi ogni oltre perché però poi poco può possono presso prima proprio quale quali quando quanto quasi quel quella quelle quello quei questi queste sarà senza sempre sia siamo solo sotto stata state stati sui sulla sulle sul te tutta tutti tutto tutte tu uno verso viene vengono voi vi",
	"la": "et in est non ad ut cum qui quod sed ex ab si per quae esse sunt aut hoc atque de nec enim ac eius quam autem sit pro etiam quo eo id",
	"lt": "ir į kad iš yra su tai bet kaip o ne jis per dėl nuo apie buvo jo po tik ar jau prie šio taip pat arba bei kuri kurie už būti savo nes iki gali dar jų turi",
	"lv": "un ir ar no uz par kas ka bet arī tā to pie kā tas pēc bija vai ne lai kurš līdz tikai tika var nav jau es viņš šo savu vēl šī tiek būt kad",
	"nb": "og i det er på en til av for at med som den de har ikke om et var seg fra han vi men kan jeg eller så ble ved også etter hun være nå hvor mot når skal vil over under alle andre denne mye ut opp hadde dette hvis blir bare",
	"nl": "de het een van en in is dat op te zijn met voor niet aan er ook als die hij bij om door maar naar dan heeft wordt uit worden of nog wel over tot je ik ze kan zich meer was had geen we deze dit hebben werd onder zal hun na waar moet u al alle alleen allemaal andere binnen daar daarom daarna deed dus echter eerste elk elke enkele geweest hadden heb hebt hem hen hier hoe iemand iets ieder iedere jij kunnen kon maken men mijn moeten moest mogen mij niets nooit nu omdat ondanks ons onze rond samen sinds slechts sommige steeds tegen tenslotte terwijl tijdens toen tussen tweede twee uw vaak veel verder volgens vooral vorig vele via waarbij waarin waarmee want wat weer welke wie wij wil zelf zelfs zij zo zoals zonder zou zouden zullen dien",
	"pl": "i w na z się nie do że to jest o jak po za od ale przez dla co tak jego być czy ze był była tym już ich są może tego oraz jako także lub która który które przy pod nad było aby gdy tylko jej we mu ma albo ani bardzo będzie będą bez byli były bo cały cała chce ci coś cię choć dlatego dobrze dopiero dwa dwie gdzie go iż inne innych jakie jaki jednak jeden jedna jeszcze każdy kiedy kilka której których którym którzy kto lecz mam mi mnie mogą można my nam nas nawet nic nigdy niż nim obok one oni ona potem poza ponieważ powinien przed przede raz również sam skąd swoje swój swoich tam te ten ta tej tych też trzeba tu ty więc według wiele wszystko wszystkie wszystkich wśród zaś zawsze żeby żadne",
	"pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao das à seu sua ou quando muito nos já eu também só pelo pela até isso ela ele entre depois sem mesmo aos seus quem nas me esse está são foi ser tem pelos é agora ainda algo alguns algumas antes apenas aquele assim bem cada contra deve desde dessa desse desta deste dia disse dois durante eles elas enquanto essa essas esses esta estas este estes estava estão fazer foram for gente havia isto lá lhe lo maior menos mesma muita muitos nada nem nessa nesta neste nesse nossa nosso num numa nunca onde outra outras outro outros parte pode podem porque pouco primeiro qual qualquer quanto quase sempre sendo será sido sob sobre tanto têm tinha toda todas todo todos tudo umas uns vai você vez às",
	"ro": "de și şi în a la cu o pe că nu din care se un este pentru mai sau au fost ce ca prin sunt al dar după fi lui să ale către fără între acest aceasta această era îi le unei unui cum ai unde",
	"sk": "a sa v na je že o s z do aj to za by pre vo k po si od ale ktoré ktorý ktorá jeho ako alebo sú bolo bol bola len tiež až nie už pri však tak podľa než ich pred aby zo medzi má byť",
	"sl": "in je v se na da so za ki pa po ne s z bi tudi od kot o ali iz ni do pri to bil bila že še lahko kar ko ter kako bo če ima več le",
	"sv": "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan man när år under också efter eller nu sin där vid mot skulle kunde hade vara alla andra denna mycket blir ut upp hon finns",
	"tr": "ve bir bu da de için ile olarak daha çok en gibi ne var kadar sonra olan o ise olduğu ama değil her ya iki ben ki olduğunu diye mi tarafından yok şey önce göre biz sen onun veya hem bunu",
	"vi": "và của là có các được trong cho một không với những người này đã để khi từ về đến như vào cũng trên ra hay nhiều sẽ theo tại nhưng tôi đó",
}

// functionLanguages is the languages of functionLists, in order.
var functionLanguages = slices.Sorted(maps.Keys(functionLists))

// functionWords gives, for each function word, the languages that have it, as
// indices of functionLanguages.
var functionWords = func() map[string][]int {
	words := map[string][]int{}
	for i, lang := range functionLanguages {
		for _, w := range strings.Fields(functionLists[lang]) {
			if !slices.Contains(words[w], i) {
				words[w] = append(words[w], i)
			}
		}
	}
	return words
}()
