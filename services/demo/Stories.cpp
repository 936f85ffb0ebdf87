#include "demo/Stories.h"

namespace calldeck
{

std::span<const Story> stories()
{
    static constexpr Story list[] = {
        {"Plumbing", "water heater", "leaking water heater in the garage",
         "My water heater is leaking all over the garage floor.",
         "The shut-off valve is stuck and I can't get it to turn.", 1800, true},
        {"Plumbing", "leak", "kitchen sink drips under the cabinet", "There's a slow drip under the kitchen sink.",
         "I put a bucket there but it fills up every day.", 240, false},
        {"Plumbing", "sewer", "sewer backing up into the shower", "The shower is backing up with sewage.",
         "It smells awful and we have guests tonight.", 950, true},
        {"Plumbing", "estimate", "quote for a bathroom remodel rough-in",
         "We're remodelling a bathroom and need a quote for the plumbing.",
         "The contractor wants the rough-in done next month.", 4200, false},
        {"Plumbing", "drain", "clogged main drain after the storm", "Our main drain is clogged since the storm.",
         "The basement has about an inch of water.", 650, true},
        {"Plumbing", "toilet", "toilet keeps running at night", "The toilet upstairs keeps running all night.",
         "I already replaced the flapper once.", 180, false},
        {"HVAC", "no heat", "furnace will not start, no heat", "The furnace won't start and we have no heat.",
         "There is an infant in the house and it's getting cold.", 720, true},
        {"HVAC", "maintenance", "spring tune-up for the air conditioner", "I'd like to schedule the spring tune-up.",
         "We're on the maintenance plan with you.", 129, false},
        {"HVAC", "thermostat", "thermostat shows a blank screen", "My thermostat screen is blank.",
         "I changed the batteries and nothing happened.", 210, false},
        {"HVAC", "estimate", "price for a mini-split install", "How much would a mini-split for the sunroom be?",
         "It is about three hundred square feet.", 5400, false},
        {"HVAC", "warranty", "warranty question on last year's unit", "Is the compressor still under warranty?",
         "You installed it a year ago in June.", 0, false},
        {"HVAC", "noise", "outdoor unit rattles loudly", "The outdoor unit makes a loud rattling noise.",
         "The neighbours started to complain.", 310, false},
        {"Electrical", "no power", "half of the house has no power", "Half of the house has no power.",
         "The breaker trips as soon as I reset it.", 480, true},
        {"Electrical", "ev charger", "install an EV charger in the carport",
         "We bought an electric car and need a charger installed.", "The panel is on the other side of the house.",
         1650, false},
        {"Electrical", "panel", "panel upgrade to two hundred amps",
         "The inspector says we need a two hundred amp panel.", "Can you send somebody to look at it this week?", 3200,
         false},
        {"Electrical", "burning smell", "burning smell from an outlet",
         "There's a burning smell from an outlet in the bedroom.", "I switched the breaker off to be safe.", 390, true},
        {"Electrical", "lighting", "recessed lights for the kitchen", "We'd like recessed lights in the kitchen.",
         "Six of them, with a dimmer.", 880, false},
        {"Clinic", "appointment", "move the Thursday cleaning", "I need to move my Thursday cleaning.",
         "Any morning next week would work.", 160, false},
        {"Clinic", "insurance", "insurance coverage for a crown", "Does my insurance cover a crown?",
         "I have the card right here if you need the number.", 1100, false},
        {"Clinic", "payment plan", "payment plan for implants", "Could I pay for the implants in instalments?",
         "Something around two hundred a month.", 3800, false},
        {"Clinic", "pain", "severe tooth pain since the night", "I've had severe tooth pain since last night.",
         "Is there any way to be seen today?", 350, true},
        {"Clinic", "new patient", "new patient wants a first visit", "I'm a new patient and would like a first visit.",
         "A friend recommended you.", 220, false},
    };
    return list;
}

std::span<const char *const> firstNames()
{
    static constexpr const char *list[] = {
        "Marisol", "Ian",    "Priya",  "Owen",   "Lena",  "Tom",    "Grace",  "Dana",   "Luis",   "Ana",
        "Marcus",  "Helen",  "Victor", "Naomi",  "Derek", "Sonia",  "Felix",  "Ruth",   "Calvin", "Imani",
        "Jorge",   "Paula",  "Aaron",  "Mei",    "Kofi",  "Brenda", "Stuart", "Yara",   "Leon",   "Tessa",
        "Hugo",    "Carmen", "Nadia",  "Perry",  "Olga",  "Rashid", "Wendy",  "Emil",   "Faye",   "Gavin",
        "Ingrid",  "Joel",   "Keiko",  "Lamar",  "Mona",  "Nils",   "Opal",   "Pedro",  "Quinn",  "Rosa",
        "Simon",   "Tara",   "Umar",   "Vera",   "Walt",  "Xenia",  "Yusuf",  "Zoe",    "Abel",   "Bianca",
        "Cyrus",   "Delia",  "Enzo",   "Fiona",  "Glen",  "Hana",   "Ivo",    "June",   "Karl",   "Leila",
        "Milo",    "Nina",   "Oscar",  "Pearl",  "Ray",   "Selma",  "Theo",   "Una",    "Vince",  "Willa",
        "Andre",   "Beth",   "Clara",  "Dmitri", "Elsa",  "Frank",  "Gina",   "Hector", "Iris",   "Jonas"};
    return list;
}

std::span<const char *const> lastNames()
{
    static constexpr const char *list[] = {
        "Vega",   "Whitcombe", "Raman",    "Fairley", "Osei",   "Castellan", "Lindqvist", "Keller",  "Ortega",
        "Park",   "Boone",     "Hsu",      "Novak",   "Abbott", "Duarte",    "Engel",     "Fischer", "Grant",
        "Hollis", "Ibarra",    "Jansen",   "Kaplan",  "Lowry",  "Mercer",    "Nakata",    "Okafor",  "Pruitt",
        "Quiroz", "Rivas",     "Sandoval", "Tran",    "Ueda",   "Valdez",    "Wexler",    "Yates",   "Zeller",
        "Ames",   "Barlow",    "Corrigan", "Dunne",   "Elwood", "Farrow",    "Gaines",    "Holt",    "Irving",
        "Joyner", "Kerr",      "Lamont",   "Maddox",  "Nash",   "Odell",     "Pace",      "Rhodes",  "Stowe",
        "Tully",  "Underhill", "Vance",    "Wynn",    "York",   "Zamora",    "Archer",    "Bishop",  "Cole",
        "Drake",  "Ellis",     "Foster",   "Gibbs",   "Hayes",  "Ingram",    "Jarvis",    "Knox",    "Lyle",
        "Monroe", "Noble",     "Orr",      "Potts",   "Reeves", "Sharp",     "Thorne",    "Upton",   "Vickers",
        "Wade",   "Abrams",    "Brandt",   "Crane",   "Dalton", "Eaton",     "Frost",     "Greer",   "Hale"};
    return list;
}

std::span<const char *const> businessWords()
{
    static constexpr const char *list[] = {"Harbor",    "Maple",   "Summit",    "Brightside", "Cedar",
                                           "Riverside", "Oakwood", "Northgate", "Lakeview",   "Sunset",
                                           "Granite",   "Willow",  "Fairmont",  "Pioneer",    "Golden",
                                           "Liberty",   "Prairie", "Evergreen", "Canyon",     "Bayfront"};
    return list;
}

std::span<const char *const> businessKinds()
{
    static constexpr const char *list[] = {
        "Property Management", "HOA",     "Dental",     "Bakery",       "Apartments", "Clinic", "Church",
        "Auto Body",           "Brewing", "Child Care", "Self Storage", "Realty"};
    return list;
}

std::span<const char *const> agentNames()
{
    static constexpr const char *list[] = {"Dana Keller", "Luis Ortega",  "Ana Park",      "Marcus Boone",
                                           "Helen Hsu",   "Victor Novak", "Naomi Abbott",  "Sonia Duarte",
                                           "Felix Grant", "Ruth Hollis",  "Calvin Reeves", "Imani Cole"};
    return list;
}

std::span<const int> areaCodes()
{
    static constexpr int list[] = {415, 628, 510, 650, 408, 925, 209, 212, 718, 312,
                                   773, 206, 303, 404, 512, 617, 702, 713, 801, 916};
    return list;
}

} // namespace calldeck
