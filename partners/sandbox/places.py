"""Where the make-believe lockers stand: towns with their postcode district and the middle of the map sheet."""

# (town, region, outward code, latitude, longitude)
TOWNS = [
    ("London", "London", "NW1", 51.534, -0.145),
    ("London", "London", "SE15", 51.473, -0.064),
    ("London", "London", "E8", 51.543, -0.061),
    ("Manchester", "North West", "M1", 53.478, -2.233),
    ("Manchester", "North West", "M14", 53.447, -2.222),
    ("Leeds", "Yorkshire and The Humber", "LS6", 53.819, -1.567),
    ("Sheffield", "Yorkshire and The Humber", "S2", 53.369, -1.449),
    ("Birmingham", "West Midlands", "B5", 52.467, -1.896),
    ("Coventry", "West Midlands", "CV1", 52.409, -1.510),
    ("Bristol", "South West", "BS3", 51.437, -2.600),
    ("Bath", "South West", "BA2", 51.367, -2.373),
    ("Exeter", "South West", "EX4", 50.733, -3.534),
    ("Brighton", "South East", "BN2", 50.830, -0.111),
    ("Reading", "South East", "RG1", 51.453, -0.964),
    ("Oxford", "South East", "OX4", 51.735, -1.213),
    ("Cambridge", "East of England", "CB4", 52.219, 0.126),
    ("Norwich", "East of England", "NR3", 52.643, 1.292),
    ("Nottingham", "East Midlands", "NG7", 52.955, -1.176),
    ("Leicester", "East Midlands", "LE2", 52.616, -1.123),
    ("Newcastle", "North East", "NE6", 54.976, -1.570),
    ("Liverpool", "North West", "L15", 53.394, -2.921),
    ("Cardiff", "Wales", "CF10", 51.478, -3.177),
    ("Edinburgh", "Scotland", "EH6", 55.972, -3.172),
    ("Glasgow", "Scotland", "G12", 55.878, -4.297),
    ("York", "Yorkshire and The Humber", "YO10", 53.953, -1.062),
]

STREETS = ("High Street", "Station Road", "Church Lane", "Mill Road", "Park Avenue", "Victoria Road", "Queens Drive", "The Crescent")
SPOTS = ("Lidl", "Co-op", "Esso", "Morrisons", "Railway Station", "Leisure Centre", "University", "Retail Park")
FIRST = (
    "Amelia",
    "Oluwaseun",
    "Zoë",
    "Siân",
    "Priya",
    "Grace",
    "Fatima",
    "Niamh",
    "Chloé",
    "Hannah",
    "Jia",
    "Maya",
    "Ruth",
    "Ada",
    "Freya",
)
LAST = ("O'Connor", "Smith-Jones", "Okafor", "Patel", "Evans", "Nguyen", "MacLeod", "Brown", "Adeyemi", "Walker", "Łukasik", "Khan")
